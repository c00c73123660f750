import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { CustodianEntity } from './custodian.entity.js';

/** One custodian shall take the place of another. */
@Entity({ schema: 'vault', name: 'custodian_order' })
@ForeignKey(() => CustodianEntity, ['leaves'], ['name'], { name: 'custodian_order_leaves' })
@ForeignKey(() => CustodianEntity, ['orderedBy'], ['name'], { name: 'custodian_order_ordered_by' })
@ForeignKey(() => CustodianEntity, ['approvedBy'], ['name'], { name: 'custodian_order_approved_by' })
@Check('custodian_order_enters', `enters ~ '^[a-z][a-z0-9-]{1,39}$'`)
@Check('custodian_order_salt', 'length(salt) = 16')
@Check('custodian_order_proof', 'length(proof) = 32')
@Check('custodian_order_state', `state IN ('open', 'done')`)
@Check('custodian_order_two_people', 'approved_by IS DISTINCT FROM ordered_by')
@Check('custodian_order_is_done', `(state = 'done') = (approved_by IS NOT NULL)`)
export class CustodianOrderEntity {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'custodian_order_pkey' }) id!: string;
  @Column({ type: 'text' }) leaves!: string;
  @Column({ type: 'text' }) enters!: string;
  @Column({ type: 'bytea' }) salt!: Buffer;
  @Column({ type: 'bytea' }) proof!: Buffer;
  @Column({ type: 'text' }) state!: string;
  @Column({ type: 'text', name: 'ordered_by' }) orderedBy!: string;
  @Column({ type: 'timestamptz', name: 'ordered_at' }) orderedAt!: Date;
  @Column({ type: 'timestamptz', name: 'expires_at' }) expiresAt!: Date;
  @Column({ type: 'text', name: 'approved_by', nullable: true }) approvedBy!: string | null;
}
