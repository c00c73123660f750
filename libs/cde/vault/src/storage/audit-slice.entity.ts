import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** A sealed slice of the audit chain of a tenant. */
@Entity({ schema: 'vault', name: 'audit_slice' })
@Check('audit_slice_entries', '((length(entries) % 32) = 0) AND (length(entries) BETWEEN 32 AND 32000)')
@Check('audit_slice_mac', 'length(mac) = 32')
@Check('audit_slice_seq', 'seq > 0')
export class AuditSliceEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'audit_slice_pkey' }) tenantId!: string;
  @PrimaryColumn({ type: 'bigint', primaryKeyConstraintName: 'audit_slice_pkey' }) seq!: string;
  @Column({ type: 'bigint', name: 'from_xact' }) fromXact!: string;
  @Column({ type: 'uuid', name: 'from_id' }) fromId!: string;
  @Column({ type: 'bigint', name: 'until_xact' }) untilXact!: string;
  @Column({ type: 'uuid', name: 'until_id' }) untilId!: string;
  @Column({ type: 'bytea' }) entries!: Buffer;
  @Column({ type: 'smallint', name: 'seal_version' }) sealVersion!: number;
  @Column({ type: 'bytea' }) mac!: Buffer;
  @Column({ type: 'timestamptz', name: 'chained_at' }) chainedAt!: Date;
}
