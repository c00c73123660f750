import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** Where a tenant wants to hear of events; its secret is sealed to its row. */
@Entity({ schema: 'gateway', name: 'webhook_endpoint' })
@Check('webhook_endpoint_former', '(former_secret IS NULL) = (former_until IS NULL)')
@Check('webhook_endpoint_state', `state IN ('enabled', 'disabled')`)
@Check('webhook_endpoint_url', 'length(url) <= 2000')
export class WebhookEndpointEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'webhook_endpoint_pkey' })
  tenantId!: string;
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'webhook_endpoint_pkey' }) id!: string;
  @Column({ type: 'text', nullable: true }) url!: string | null;
  @Column({ type: 'bytea', name: 'sealed_secret' }) sealedSecret!: Buffer;
  @Column({ type: 'text', array: true, nullable: true }) types!: string[] | null;
  @Column({ type: 'text', default: 'enabled' }) state!: string;
  @Column({ type: 'timestamptz', name: 'failing_since', nullable: true }) failingSince!: Date | null;
  @Column({ type: 'timestamptz', name: 'created_at', default: () => 'now()' }) createdAt!: Date;
  @Column({ type: 'bytea', name: 'former_secret', nullable: true }) formerSecret!: Buffer | null;
  @Column({ type: 'timestamptz', name: 'former_until', nullable: true }) formerUntil!: Date | null;
}
