import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** A return or a cancel of a captured payment, with the attempt that carries it out. */
@Entity({ schema: 'gateway', name: 'refund' })
@Check('refund_amount_range', 'amount_minor BETWEEN 1 AND 999999999999')
@Check('refund_kind', `kind IN ('torikeshi', 'henpin')`)
@Check('refund_status', `status IN ('processing', 'approved', 'declined', 'unknown')`)
@Index('refund_by_payment', ['tenantId', 'paymentId'])
export class RefundEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'refund_pkey' }) tenantId!: string;
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'refund_pkey' }) id!: string;
  @Column({ type: 'uuid', name: 'payment_id' }) paymentId!: string;
  @Column({ type: 'varchar', length: 16 }) kind!: string;
  @Column({ type: 'varchar', length: 16 }) status!: string;
  @Column({ type: 'bigint', name: 'amount_minor' }) amountMinor!: string;
  @Column({ type: 'char', length: 3 }) currency!: string;
  @Column({ type: 'uuid', name: 'attempt_id' }) attemptId!: string;
  @Column({ type: 'timestamptz', name: 'created_at' }) createdAt!: Date;
  @Column({ type: 'timestamptz', name: 'updated_at' }) updatedAt!: Date;
  @Column({ type: 'varchar', length: 64, name: 'slip_no', nullable: true }) slipNo!: string | null;
}
