import { Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** Intents of the last 30 days and more. */
@Entity({ schema: 'gateway', name: 'idempotency', comment: 'Intents of the last 30 days and more' })
@Index('idempotency_by_age', ['createdAt'], { type: 'brin' })
export class IdempotencyEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'idempotency_pkey' }) tenantId!: string;
  @PrimaryColumn({ type: 'varchar', length: 255, primaryKeyConstraintName: 'idempotency_pkey' }) key!: string;
  @Column({ type: 'char', length: 64 }) fingerprint!: string;
  @Column({ type: 'uuid', name: 'payment_id' }) paymentId!: string;
  @Column({ type: 'uuid', name: 'resource_id' }) resourceId!: string;
  @Column({ type: 'timestamptz', name: 'created_at' }) createdAt!: Date;
}
