import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { CustodianEntity } from './custodian.entity.js';
import { KeyRecordEntity } from './key-record.entity.js';

/** What was asked to be done with a key, and who approved it. */
@Entity({ schema: 'vault', name: 'key_order' })
@ForeignKey(() => CustodianEntity, ['approvedBy'], ['name'], { name: 'key_order_approved_by' })
@Check('key_order_is_done', `(state = 'done') = (approved_by IS NOT NULL)`)
@ForeignKey(() => KeyRecordEntity, ['keyId'], ['id'], { name: 'key_order_key' })
@Check('key_order_operation', `operation IN ('activate', 'close', 'retire', 'revoke', 'destroy', 'export')`)
@ForeignKey(() => CustodianEntity, ['orderedBy'], ['name'], { name: 'key_order_ordered_by' })
@Check('key_order_state', `state IN ('open', 'done')`)
@Check('key_order_two_people', 'approved_by IS DISTINCT FROM ordered_by')
@ForeignKey(() => KeyRecordEntity, ['wrappingKeyId'], ['id'], { name: 'key_order_wrapping_key' })
@Index('key_order_one_open', ['keyId', 'operation'], { unique: true, where: `state = 'open'` })
export class KeyOrderEntity {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'key_order_pkey' }) id!: string;
  @Column({ type: 'text', name: 'key_id' }) keyId!: string;
  @Column({ type: 'text' }) operation!: string;
  @Column({ type: 'text', name: 'wrapping_key_id', nullable: true }) wrappingKeyId!: string | null;
  @Column({ type: 'text' }) state!: string;
  @Column({ type: 'text', name: 'ordered_by' }) orderedBy!: string;
  @Column({ type: 'timestamptz', name: 'ordered_at' }) orderedAt!: Date;
  @Column({ type: 'timestamptz', name: 'expires_at' }) expiresAt!: Date;
  @Column({ type: 'text', name: 'approved_by', nullable: true }) approvedBy!: string | null;
  @Column({ type: 'timestamptz', name: 'approved_at', nullable: true }) approvedAt!: Date | null;
}
