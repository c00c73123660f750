import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { KeyRecordEntity } from './key-record.entity.js';

/** A file of cards from a partner or for one. */
@Entity({ schema: 'vault', name: 'token_job' })
@ForeignKey(() => KeyRecordEntity, ['keyId'], ['id'], { name: 'token_job_key' })
@Index('token_job_running', ['id'], { where: `state = 'running'` })
@Check('token_job_kind', `kind IN ('import', 'export')`)
@Check('token_job_state', `state IN ('requested', 'filling', 'running', 'done')`)
@Check('token_job_reference', `client_reference ~ '^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$'`)
@Check('token_job_is_requested', `state <> 'requested' OR (kind = 'export' AND order_id IS NULL)`)
@Index('token_job_by_reference', ['tenantId', 'clientReference'], {
  unique: true,
  where: 'client_reference IS NOT NULL',
})
@Index('token_job_by_order', ['tenantId', 'orderId'], { unique: true, where: 'order_id IS NOT NULL' })
@Check('token_job_is_done', `(state = 'done') = (finished_at IS NOT NULL)`)
export class TokenJobEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'token_job_pkey' }) tenantId!: string;
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'token_job_pkey' }) id!: string;
  @Column({ type: 'text' }) kind!: string;
  @Column({ type: 'text', name: 'key_id' }) keyId!: string;
  @Column({ type: 'text' }) state!: string;
  /** The merchant's own name; null where custodians began it by themselves. */
  @Column({ type: 'text', nullable: true, name: 'client_reference' }) clientReference!: string | null;
  /** Decision of two custodians that began an export. */
  @Column({ type: 'uuid', nullable: true, name: 'order_id' }) orderId!: string | null;
  @Column({ type: 'text', name: 'request_id' }) requestId!: string;
  @Column({ type: 'timestamptz', name: 'created_at' }) createdAt!: Date;
  @Column({ type: 'timestamptz', nullable: true, name: 'finished_at' }) finishedAt!: Date | null;
}
