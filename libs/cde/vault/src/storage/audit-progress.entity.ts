import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** How far the audit of a tenant is chained. */
@Entity({ schema: 'vault', name: 'audit_progress' })
@Check('audit_progress_one', `name = 'chain'`)
export class AuditProgressEntity {
  @PrimaryColumn({ type: 'text', primaryKeyConstraintName: 'audit_progress_pkey' }) name!: string;
  @Column({ type: 'bigint', name: 'chained_below' }) chainedBelow!: string;
}
