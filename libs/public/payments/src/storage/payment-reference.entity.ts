import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** Client references for ever, unique per tenant. Without a payment the reference is burned. */
@Entity({
  schema: 'gateway',
  name: 'payment_reference',
  comment: 'Client references for ever, whole: unique per tenant. Without a payment the reference is burned',
})
@Check('payment_reference_named_or_burned', '(payment_id IS NULL) = (fingerprint IS NULL)')
export class PaymentReferenceEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'payment_reference_pkey' })
  tenantId!: string;
  @PrimaryColumn({
    type: 'varchar',
    length: 64,
    name: 'client_reference',
    primaryKeyConstraintName: 'payment_reference_pkey',
  })
  clientReference!: string;
  @Column({ type: 'uuid', name: 'payment_id', nullable: true }) paymentId!: string | null;
  @Column({ type: 'char', length: 64, nullable: true }) fingerprint!: string | null;
  @Column({ type: 'timestamptz', name: 'created_at' }) createdAt!: Date;
}
