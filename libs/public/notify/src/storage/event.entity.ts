import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What happened to a payment, told in its own transaction. Partitioned by the time in its id. */
@Entity({ schema: 'gateway', name: 'event' })
@Check('event_body_length', 'octet_length(body) <= 20480')
@Check(
  'event_of_a_payment_or_not',
  '((payment_id IS NULL) = (sequence IS NULL)) AND ((payment_id IS NULL) = (store_id IS NULL))',
)
@Check('event_sequence', 'sequence > 0')
@Index('event_by_payment', ['tenantId', 'paymentId', 'sequence'])
export class EventEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'event_pkey' }) tenantId!: string;
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'event_pkey' }) id!: string;
  @Column({ type: 'text' }) type!: string;
  @Column({ type: 'uuid', name: 'store_id', nullable: true }) storeId!: string | null;
  @Column({ type: 'uuid', name: 'payment_id', nullable: true }) paymentId!: string | null;
  @Column({ type: 'int', nullable: true }) sequence!: number | null;
  @Column({ type: 'timestamptz', name: 'occurred_at' }) occurredAt!: Date;
  @Column({ type: 'text' }) body!: string;
}
