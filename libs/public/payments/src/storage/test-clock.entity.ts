import { Check, Column, Entity, PrimaryColumn, Unique } from 'typeorm';

/** How far the open payments of a tenant of the sandbox are ahead of the house; empty where money is real. */
@Entity({
  schema: 'gateway',
  name: 'test_clock',
  comment: 'How far the open payments of a tenant of the sandbox are ahead of the house; empty where money is real',
})
@Unique('test_clock_one', ['tenantId'])
@Check('test_clock_ahead', 'ahead_ms >= 0')
export class TestClockEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'test_clock_pkey' }) tenantId!: string;
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'test_clock_pkey' }) id!: string;
  @Column({ type: 'varchar', length: 80 }) name!: string;
  @Column({ type: 'bigint', name: 'ahead_ms', default: 0 }) aheadMs!: string;
  @Column({ type: 'timestamptz', name: 'created_at' }) createdAt!: Date;
}
