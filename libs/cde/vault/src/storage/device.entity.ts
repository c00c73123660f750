import { Check, Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** An encrypting reader, the base key it derives from, and whether it may be heard. */
@Entity({ schema: 'vault', name: 'device' })
@Unique('device_initial_key_id', ['tenantId', 'initialKeyId'])
@Check('device_state', `state IN ('active', 'suspended', 'retired')`)
export class DeviceEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'device_pkey' }) tenantId!: string;
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'device_pkey' }) id!: string;
  @Column({ type: 'uuid', name: 'terminal_id' }) terminalId!: string;
  @Column({ type: 'text' }) profile!: string;
  @Column({ type: 'text', name: 'initial_key_id' }) initialKeyId!: string;
  @Column({ type: 'text', name: 'bdk_id' }) bdkId!: string;
  @Column({ type: 'text' }) state!: string;
  @Column({ type: 'timestamptz', array: true, name: 'bad_macs', default: () => `'{}'::timestamp with time zone[]` })
  badMacs!: Date[];
  @Column({ type: 'timestamptz', name: 'created_at' }) createdAt!: Date;
}
