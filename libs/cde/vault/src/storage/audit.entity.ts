import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What was done with card data and keys: append only. Partitioned by the time in its id. */
@Entity({ schema: 'vault', name: 'audit' })
@Check('audit_facts', 'length(facts) <= 2000')
@Check('audit_mac', 'length(mac) = 16')
@Check('audit_operation', `operation ~ '^[a-z][a-z_]{2,39}$'`)
@Index('audit_by_token', ['tenantId', 'tokenId', 'id'], { where: 'token_id IS NOT NULL' })
@Index('audit_by_xact', ['xact'], { type: 'brin' })
export class AuditEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'audit_pkey' }) tenantId!: string;
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'audit_pkey' }) id!: string;
  @Column({ type: 'timestamptz' }) at!: Date;
  @Column({ type: 'text' }) operation!: string;
  @Column({ type: 'text' }) result!: string;
  @Column({ type: 'text', name: 'request_id' }) requestId!: string;
  @Column({ type: 'uuid', name: 'terminal_id', nullable: true }) terminalId!: string | null;
  @Column({ type: 'uuid', name: 'device_id', nullable: true }) deviceId!: string | null;
  @Column({ type: 'text', name: 'initial_key_id', nullable: true }) initialKeyId!: string | null;
  @Column({ type: 'bigint', nullable: true }) counter!: string | null;
  @Column({ type: 'uuid', name: 'token_id', nullable: true }) tokenId!: string | null;
  @Column({ type: 'text', name: 'key_id', nullable: true }) keyId!: string | null;
  @Column({ type: 'text', nullable: true }) actor!: string | null;
  @Column({ type: 'text', nullable: true }) facts!: string | null;
  /** Set by the database: which transaction wrote the row. */
  @Column({ type: 'bigint', default: () => '((pg_current_xact_id())::text)::bigint' }) xact!: string;
  @Column({ type: 'smallint', name: 'seal_version' }) sealVersion!: number;
  @Column({ type: 'bytea' }) mac!: Buffer;
}
