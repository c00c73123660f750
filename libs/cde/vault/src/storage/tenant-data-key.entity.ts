import { Check, Column, Entity, Index, PrimaryColumn, Unique } from 'typeorm';

/** Wrapped data keys of a tenant, one a period. */
@Entity({ schema: 'vault', name: 'tenant_data_key' })
@Unique('tenant_data_key_of_period', ['tenantId', 'period'])
@Index('tenant_data_key_by_kek', ['kekId'])
@Index('tenant_data_key_by_tenant_kek', ['tenantKekId'])
@Check('tenant_data_key_period', `period ~ '^[0-9]{4}-[0-9]{2}$'`)
@Check('tenant_data_key_wrapped', 'length(wrapped) IN (60, 88)')
@Check('tenant_data_key_layers', '(length(wrapped) = 88) = (tenant_kek_id IS NOT NULL)')
export class TenantDataKeyEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'tenant_data_key_pkey' })
  tenantId!: string;
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'tenant_data_key_pkey' }) id!: string;
  @Column({ type: 'text' }) period!: string;
  @Column({ type: 'bytea' }) wrapped!: Buffer;
  /** Key of the HSM that wraps it. */
  @Column({ type: 'text', name: 'kek_id' }) kekId!: string;
  /** Key of its tenant, below the one above; null: from before tenants had keys of their own. */
  @Column({ type: 'text', name: 'tenant_kek_id', nullable: true }) tenantKekId!: string | null;
  @Column({ type: 'timestamptz', name: 'created_at' }) createdAt!: Date;
}
