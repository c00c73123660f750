import { Check, Column, Entity, ForeignKey, Index, PrimaryColumn } from 'typeorm';
import { CustodianEntity } from './custodian.entity.js';

/** What two custodians decide about a tenant. */
@Entity({ schema: 'vault', name: 'tenant_order' })
@ForeignKey(() => CustodianEntity, ['orderedBy'], ['name'], { name: 'tenant_order_ordered_by' })
@ForeignKey(() => CustodianEntity, ['approvedBy'], ['name'], { name: 'tenant_order_approved_by' })
@Index('tenant_order_one_open', ['tenantId', 'operation'], { unique: true, where: `state = 'open'` })
@Check('tenant_order_operation', `operation IN ('erase', 'join_group', 'leave_group', 'export_tokens')`)
@Check('tenant_order_subject', 'length(subject) <= 100')
@Check('tenant_order_state', `state IN ('open', 'done')`)
@Check('tenant_order_two_people', 'approved_by IS DISTINCT FROM ordered_by')
@Check('tenant_order_is_done', `(state = 'done') = (approved_by IS NOT NULL)`)
export class TenantOrderEntity {
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'tenant_order_pkey' }) id!: string;
  @Column({ type: 'uuid', name: 'tenant_id' }) tenantId!: string;
  @Column({ type: 'text' }) operation!: string;
  /** Group or partner. */
  @Column({ type: 'text', nullable: true }) subject!: string | null;
  @Column({ type: 'text' }) state!: string;
  @Column({ type: 'text', name: 'ordered_by' }) orderedBy!: string;
  @Column({ type: 'timestamptz', name: 'ordered_at' }) orderedAt!: Date;
  @Column({ type: 'timestamptz', name: 'expires_at' }) expiresAt!: Date;
  @Column({ type: 'text', nullable: true, name: 'approved_by' }) approvedBy!: string | null;
  @Column({ type: 'timestamptz', nullable: true, name: 'approved_at' }) approvedAt!: Date | null;
}
