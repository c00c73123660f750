import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** One try to move money. In state `created` the row is the outbox; `due_at` is when somebody must look again. Partitioned by the time in its id. */
@Entity({
  schema: 'gateway',
  name: 'attempt',
  comment: 'One try to move money. In state created the row is the outbox; due_at is when somebody must look again',
})
@Check('attempt_amount_range', 'amount_minor BETWEEN 1 AND 999999999999')
@Check('attempt_approved_within_amount', 'approved_minor BETWEEN 0 AND amount_minor')
@Check(
  'attempt_envelope_only_before_answer',
  `(status IN ('created', 'sending', 'stored_offline')) OR ((envelope_sad IS NULL) AND (envelope_account IS NULL))`,
)
@Check('attempt_envelope_parts', `(envelope_sad LIKE 'sad.%') AND (envelope_account LIKE 'account.%')`)
@Check('attempt_kind', `kind IN ('auth', 'sale', 'increase', 'capture', 'void', 'refund')`)
@Check('attempt_offline_keeps_no_sad', `(status <> 'stored_offline') OR (envelope_sad IS NULL)`)
@Check('attempt_open_is_due', `(status IN ('created', 'sending', 'sent_unknown', 'in_doubt')) = (due_at IS NOT NULL)`)
@Index('attempt_by_payment', ['tenantId', 'paymentId', 'id'])
@Index('attempt_due', ['method', 'dueAt'], { where: 'due_at IS NOT NULL' })
export class AttemptEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'attempt_pkey' }) tenantId!: string;
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'attempt_pkey' }) id!: string;
  @Column({ type: 'uuid', name: 'payment_id' }) paymentId!: string;
  @Column({ type: 'int' }) ordinal!: number;
  @Column({ type: 'varchar', length: 8 }) kind!: string;
  @Column({ type: 'varchar', length: 16 }) method!: string;
  @Column({ type: 'varchar', length: 24 }) status!: string;
  @Column({ type: 'bigint', name: 'amount_minor' }) amountMinor!: string;
  @Column({ type: 'bigint', name: 'approved_minor', nullable: true }) approvedMinor!: string | null;
  @Column({ type: 'varchar', length: 4, name: 'action_code', nullable: true }) actionCode!: string | null;
  @Column({ type: 'varchar', length: 6, name: 'approval_code', nullable: true }) approvalCode!: string | null;
  @Column({ type: 'varchar', length: 64, nullable: true }) reason!: string | null;
  @Column({ type: 'jsonb', nullable: true }) network!: object | null;
  @Column({ type: 'uuid', name: 'original_attempt_id', nullable: true }) originalAttemptId!: string | null;
  @Column({ type: 'uuid', name: 'refund_id', nullable: true }) refundId!: string | null;
  @Column({ type: 'boolean', name: 'is_closing', default: false }) isClosing!: boolean;
  @Column({ type: 'varchar', length: 24, name: 'void_order', nullable: true }) voidOrder!: string | null;
  @Column({
    type: 'text',
    name: 'envelope_sad',
    nullable: true,
    comment:
      'Sealed sensitive data: the only column of this schema that may hold any; unreadable after minutes, erased with the answer',
  })
  envelopeSad!: string | null;
  @Column({ type: 'text', name: 'envelope_account', nullable: true, comment: 'Sealed account: erased with the answer' })
  envelopeAccount!: string | null;
  @Column({ type: 'timestamptz', name: 'claimed_until', nullable: true }) claimedUntil!: Date | null;
  @Column({
    type: 'uuid',
    name: 'claimed_by',
    nullable: true,
    comment: 'Life of the worker that claimed it last; never indexed, so a claim costs no index entry more',
  })
  claimedBy!: string | null;
  @Column({ type: 'timestamptz', name: 'due_at', nullable: true }) dueAt!: Date | null;
  @Column({ type: 'int', default: 0 }) bells!: number;
  @Column({ type: 'varchar', length: 80, name: 'request_id' }) requestId!: string;
  @Column({ type: 'timestamptz', name: 'created_at' }) createdAt!: Date;
  @Column({ type: 'timestamptz', name: 'updated_at' }) updatedAt!: Date;
  @Column({ type: 'jsonb', nullable: true }) extra!: object | null;
}
