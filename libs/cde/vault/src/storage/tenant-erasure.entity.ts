import { Check, Column, Entity, ForeignKey, PrimaryColumn } from 'typeorm';
import { TenantOrderEntity } from './tenant-order.entity.js';

/** Erasure of a tenant: how far it is, and its certificate. Never deleted: the tenant cannot begin again. */
@Entity({ schema: 'vault', name: 'tenant_erasure' })
@ForeignKey(() => TenantOrderEntity, ['orderId'], ['id'], { name: 'tenant_erasure_order' })
@Check('tenant_erasure_state', `state IN ('erasing', 'erased')`)
@Check('tenant_erasure_is_proved', `(state = 'erased') = (certificate IS NOT NULL AND erased_at IS NOT NULL)`)
export class TenantErasureEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'tenant_erasure_pkey' })
  tenantId!: string;
  @Column({ type: 'uuid', name: 'order_id' }) orderId!: string;
  @Column({ type: 'text' }) state!: string;
  @Column({ type: 'timestamptz', name: 'began_at' }) beganAt!: Date;
  @Column({ type: 'bigint', default: 0 }) cards!: string;
  @Column({ type: 'bigint', name: 'data_keys', default: 0 }) dataKeys!: string;
  @Column({ type: 'timestamptz', nullable: true, name: 'erased_at' }) erasedAt!: Date | null;
  @Column({ type: 'text', nullable: true }) certificate!: string | null;
}
