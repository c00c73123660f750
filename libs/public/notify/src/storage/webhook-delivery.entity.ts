import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One event owed to one endpoint, until it is delivered or given up. Partitioned by the time in the event id. */
@Entity({ schema: 'gateway', name: 'webhook_delivery' })
@Check('webhook_delivery_reply_length', 'length(last_reply) <= 1024')
@Check('webhook_delivery_state', `state IN ('pending', 'delivered', 'failed')`)
@Index('webhook_delivery_due', ['tenantId', 'endpointId', 'nextAt'], { where: `state = 'pending'` })
export class WebhookDeliveryEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'webhook_delivery_pkey' })
  tenantId!: string;
  @PrimaryColumn({ type: 'uuid', name: 'event_id', primaryKeyConstraintName: 'webhook_delivery_pkey' })
  eventId!: string;
  @PrimaryColumn({ type: 'uuid', name: 'endpoint_id', primaryKeyConstraintName: 'webhook_delivery_pkey' })
  endpointId!: string;
  @Column({ type: 'text', default: 'pending' }) state!: string;
  @Column({ type: 'int', default: 0 }) attempts!: number;
  @Column({ type: 'timestamptz', name: 'next_at' }) nextAt!: Date;
  @Column({ type: 'timestamptz', name: 'leased_until', nullable: true }) leasedUntil!: Date | null;
  @Column({ type: 'int', name: 'last_status', nullable: true }) lastStatus!: number | null;
  @Column({ type: 'text', name: 'last_error', nullable: true }) lastError!: string | null;
  @Column({ type: 'int', name: 'last_latency_ms', nullable: true }) lastLatencyMs!: number | null;
  @Column({ type: 'timestamptz', name: 'finished_at', nullable: true }) finishedAt!: Date | null;
  @Column({ type: 'timestamptz', name: 'last_at', nullable: true }) lastAt!: Date | null;
  @Column({
    type: 'text',
    name: 'last_reply',
    nullable: true,
    comment: `Start of the receiver's last answer: untrusted text, card numbers hidden, shown to the owner escaped`,
  })
  lastReply!: string | null;
}
