import { Column, Entity, PrimaryColumn } from 'typeorm';

/** The highest key serial number counter heard of a device. */
@Entity({ schema: 'vault', name: 'device_counter' })
export class DeviceCounterEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'device_counter_pkey' })
  tenantId!: string;
  @PrimaryColumn({ type: 'text', name: 'initial_key_id', primaryKeyConstraintName: 'device_counter_pkey' })
  initialKeyId!: string;
  @Column({ type: 'bigint', name: 'highest_counter' }) highestCounter!: string;
  @Column({ type: 'bigint', name: 'highest_rank' }) highestRank!: string;
  @Column({ type: 'timestamptz', name: 'updated_at' }) updatedAt!: Date;
}
