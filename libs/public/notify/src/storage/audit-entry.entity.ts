import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One change of what a tenant has set up, and who made it. */
@Entity({ schema: 'gateway', name: 'audit_entry' })
@Check('audit_entry_operation', `operation ~ '^[a-z_]{1,40}[.][a-z_]{1,40}$'`)
@Check('audit_entry_request', 'length(request_id) BETWEEN 1 AND 200')
@Check('audit_entry_before', 'length(before::text) <= 10000')
@Check('audit_entry_after', 'length(after::text) <= 10000')
@Index('audit_entry_by_object', ['tenantId', 'objectId', 'id'], { where: 'object_id IS NOT NULL' })
export class AuditEntryEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'audit_entry_pkey' }) tenantId!: string;
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'audit_entry_pkey' }) id!: string;
  @Column({ type: 'timestamptz' }) at!: Date;
  @Column({ type: 'text' }) operation!: string;
  @Column({ type: 'uuid', nullable: true, name: 'object_id' }) objectId!: string | null;
  /** Null: the house did it by itself. */
  @Column({ type: 'uuid', nullable: true, name: 'actor_key' }) actorKey!: string | null;
  @Column({ type: 'text', name: 'request_id' }) requestId!: string;
  @Column({ type: 'jsonb', nullable: true }) before!: object | null;
  @Column({ type: 'jsonb', nullable: true }) after!: object | null;
}
