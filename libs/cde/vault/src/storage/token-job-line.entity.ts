import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { TokenJobEntity } from './token-job.entity.js';

/** One card of a file; no code yet: work to do. */
@Entity({ schema: 'vault', name: 'token_job_line' })
@ForeignKey(() => TokenJobEntity, ['tenantId', 'jobId'], ['tenantId', 'id'], { name: 'token_job_line_job' })
@Index('token_job_line_waiting', ['tenantId', 'jobId', 'line'], { where: 'code IS NULL' })
@Check('token_job_line_number', 'line > 0')
@Check('token_job_line_reference', `reference ~ '^[A-Za-z0-9_.:/-]{1,100}$'`)
@Check('token_job_line_card', 'length(card) BETWEEN 40 AND 64')
@Check('token_job_line_code', `code ~ '^[a-z_]{1,40}$'`)
export class TokenJobLineEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'token_job_line_pkey' })
  tenantId!: string;
  @PrimaryColumn({ type: 'uuid', name: 'job_id', primaryKeyConstraintName: 'token_job_line_pkey' }) jobId!: string;
  @PrimaryColumn({ type: 'int', primaryKeyConstraintName: 'token_job_line_pkey' }) line!: number;
  @Column({ type: 'text' }) reference!: string;
  /** Under the partner's key; null once an imported one is stored. */
  @Column({ type: 'bytea', nullable: true }) card!: Buffer | null;
  @Column({ type: 'uuid', nullable: true, name: 'token_id' }) tokenId!: string | null;
  @Column({ type: 'text', nullable: true }) code!: string | null;
}
