import { Check, Column, Entity, PrimaryColumn } from 'typeorm';

/** The books: append only, debits equal credits in every movement. Partitioned by the time in its id. */
@Entity({
  schema: 'gateway',
  name: 'posting',
  comment: 'The books: append only, debits equal credits in every movement',
})
@Check('posting_amount_range', 'amount_minor BETWEEN 1 AND 999999999999')
@Check('posting_side', `side IN ('debit', 'credit')`)
export class PostingEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'posting_pkey' }) tenantId!: string;
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'posting_pkey' }) id!: string;
  @Column({ type: 'uuid', name: 'payment_id' }) paymentId!: string;
  @Column({ type: 'uuid', name: 'attempt_id' }) attemptId!: string;
  @Column({ type: 'varchar', length: 16 }) movement!: string;
  @Column({ type: 'varchar', length: 40 }) account!: string;
  @Column({ type: 'varchar', length: 6 }) side!: string;
  @Column({ type: 'bigint', name: 'amount_minor' }) amountMinor!: string;
  @Column({ type: 'char', length: 3 }) currency!: string;
  @Column({ type: 'date', name: 'business_date' }) businessDate!: string;
  @Column({ type: 'timestamptz', name: 'created_at' }) createdAt!: Date;
}
