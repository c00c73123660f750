import { Check, Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** A merchant company, and its limits. */
@Entity({ schema: 'gateway', name: 'tenant' })
@Check('tenant_is_itself', 'tenant_id = id')
@Unique('tenant_is_of_one_mode', ['tenantId', 'id', 'mode'])
@Check('tenant_limit_key_concurrency', 'limit_key_concurrency > 0')
@Check('tenant_limit_pay', 'limit_pay > 0')
@Check('tenant_limit_read', 'limit_read > 0')
@Check('tenant_limit_terminal', 'limit_terminal > 0')
@Check('tenant_mode', `mode IN ('test', 'live')`)
@Check('tenant_name_length', 'length(name) BETWEEN 1 AND 80')
export class TenantEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'tenant_pkey' }) tenantId!: string;
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'tenant_pkey' }) id!: string;
  @Column({ type: 'text' }) name!: string;
  @Column({ type: 'text' }) mode!: string;
  @Column({ type: 'int', name: 'limit_pay', nullable: true }) limitPay!: number | null;
  @Column({ type: 'int', name: 'limit_read', nullable: true }) limitRead!: number | null;
  @Column({ type: 'int', name: 'limit_terminal', nullable: true }) limitTerminal!: number | null;
  @Column({ type: 'timestamptz', name: 'created_at', default: () => 'now()' }) createdAt!: Date;
  @Column({ type: 'int', name: 'limit_key_concurrency', nullable: true }) limitKeyConcurrency!: number | null;
}
