import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { TenantEntity } from './tenant.entity.js';

/** A store, and how the wire names it. */
@Entity({ schema: 'gateway', name: 'store' })
@Check('store_cut_off', 'cut_off_minutes BETWEEN 0 AND 720')
@Check('store_mcc', `mcc ~ '^[0-9]{4}$'`)
@Check('store_name_length', 'length(name) BETWEEN 1 AND 40')
@ForeignKey(() => TenantEntity, ['tenantId', 'tenantId'], ['tenantId', 'id'], { name: 'store_tenant' })
@Check('store_phone', `phone ~ '^[0-9+][0-9 ()+-]{3,19}$'`)
@Check('store_plan_contract', `plan_contract ~ '^[a-z][a-z0-9_]{0,39}$'`)
@Check('store_dcc_currencies', `array_to_string(dcc_currencies, ',') ~ '^([A-Z]{3}(,[A-Z]{3})*)?$'`)
@Check('store_verification_contract', `verification_contract ~ '^[a-z][a-z0-9_]{0,39}$'`)
@Check('store_wire_merchant', `wire_merchant ~ '^[0-9A-Z]{15}$'`)
export class StoreEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'store_pkey' }) tenantId!: string;
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'store_pkey' }) id!: string;
  @Column({ type: 'text' }) name!: string;
  @Column({ type: 'text', name: 'wire_merchant' }) wireMerchant!: string;
  @Column({ type: 'text' }) mcc!: string;
  @Column({ type: 'int', name: 'cut_off_minutes', default: 0 }) cutOffMinutes!: number;
  @Column({ type: 'text', array: true }) methods!: string[];
  @Column({ type: 'text', name: 'plan_contract', default: 'one_time' }) planContract!: string;
  @Column({ type: 'text', name: 'verification_contract', default: 'standard' }) verificationContract!: string;
  @Column({ type: 'text', array: true, name: 'dcc_currencies', default: () => `'{}'` }) dccCurrencies!: string[];
  @Column({ type: 'text', nullable: true }) phone!: string | null;
  @Column({ type: 'timestamptz', name: 'created_at', default: () => 'now()' }) createdAt!: Date;
}
