import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** The picture that a holder signed with; append only. Kept apart, so that no read of a payment brings it along. */
@Entity({
  schema: 'gateway',
  name: 'payment_signature',
  comment: 'The signature of a cardholder, written anew by us: pixels and nothing else; append only',
})
@Check('payment_signature_size', '(octet_length(png) >= 57) AND (octet_length(png) <= 204800)')
@Check('payment_signature_png', `SUBSTRING(png FROM 1 FOR 8) = '\\x89504e470d0a1a0a'::bytea`)
export class PaymentSignatureEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'payment_signature_pkey' })
  tenantId!: string;
  @PrimaryColumn({ type: 'uuid', name: 'payment_id', primaryKeyConstraintName: 'payment_signature_pkey' })
  paymentId!: string;
  @Column({ type: 'timestamptz', name: 'received_at' }) receivedAt!: Date;
  @Column({ type: 'varchar', length: 80, name: 'request_id' }) requestId!: string;
  @Column({ type: 'bytea' }) png!: Buffer;
}
