import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What the switch did with an attempt: committed before the first byte leaves and before an answer is told. Partitioned by the time in the attempt id. */
@Entity({ schema: 'switch', name: 'journal' })
@Check('journal_account_only', `sealed_account LIKE 'account.%'`)
@Check('journal_amount_range', 'amount_minor BETWEEN 0 AND 999999999999')
@Check('journal_issuer_message', 'length(issuer_message) <= 100')
@Check('journal_domestic_code', 'length(domestic_code) <= 6')
@Check(
  'journal_sent_has_identity',
  `(state IN ('not_sent', 'burned')) OR ((link IS NOT NULL) AND (stan IS NOT NULL) AND (rrn IS NOT NULL))`,
)
@Check(
  'journal_state',
  `state IN ('sending', 'not_sent', 'approved', 'declined', 'sent_unknown', 'reversing', 'reversed', 'in_doubt', 'burned')`,
)
@Index('journal_sending', ['link', 'fence'], { where: `state = 'sending'` })
@Index('journal_counted_on', ['link', 'businessDate'], { where: 'business_date IS NOT NULL' })
@Index('journal_reversed_on', ['link', 'reversalDate'], { where: 'reversal_date IS NOT NULL' })
export class JournalEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'journal_pkey' }) tenantId!: string;
  @PrimaryColumn({ type: 'uuid', name: 'attempt_id', primaryKeyConstraintName: 'journal_pkey' }) attemptId!: string;
  @Column({ type: 'text' }) state!: string;
  @Column({ type: 'text', nullable: true }) reason!: string | null;
  @Column({ type: 'jsonb', nullable: true }) request!: object | null;
  @Column({ type: 'uuid', name: 'original_attempt_id', nullable: true }) originalAttemptId!: string | null;
  @Column({ type: 'text', nullable: true }) link!: string | null;
  @Column({ type: 'char', length: 4, nullable: true }) mti!: string | null;
  @Column({ type: 'char', length: 6, nullable: true }) stan!: string | null;
  @Column({ type: 'char', length: 12, nullable: true }) rrn!: string | null;
  @Column({ type: 'char', length: 12, name: 'local_time', nullable: true }) localTime!: string | null;
  @Column({ type: 'text', nullable: true }) terminal!: string | null;
  @Column({ type: 'bigint', name: 'amount_minor', nullable: true }) amountMinor!: string | null;
  @Column({ type: 'char', length: 3, nullable: true }) currency!: string | null;
  @Column({ type: 'bigint' }) fence!: string;
  @Column({
    type: 'text',
    name: 'sealed_account',
    nullable: true,
    comment: 'Sealed account: never the sad part, which this schema has no place for',
  })
  sealedAccount!: string | null;
  @Column({ type: 'char', length: 3, name: 'action_code', nullable: true }) actionCode!: string | null;
  @Column({ type: 'varchar', length: 6, name: 'approval_code', nullable: true }) approvalCode!: string | null;
  @Column({ type: 'bigint', name: 'approved_minor', nullable: true }) approvedMinor!: string | null;
  @Column({ type: 'text', name: 'emv_response', nullable: true }) emvResponse!: string | null;
  @Column({ type: 'text', name: 'issuer_message', nullable: true }) issuerMessage!: string | null;
  @Column({ type: 'text', name: 'domestic_code', nullable: true, comment: 'As it came, even when it is none' })
  domesticCode!: string | null;
  @Column({ type: 'boolean', name: 'late_approval', default: false }) lateApproval!: boolean;
  @Column({ type: 'timestamptz', name: 'opened_at' }) openedAt!: Date;
  @Column({ type: 'timestamptz', name: 'moved_at' }) movedAt!: Date;
  @Column({
    type: 'date',
    name: 'business_date',
    nullable: true,
    comment: 'Reconciliation that the approved original belongs to (field 15); null: not counted',
  })
  businessDate!: string | null;
  @Column({
    type: 'date',
    name: 'reversal_date',
    nullable: true,
    comment: 'Reconciliation that its accepted reversal belongs to (field 15 of the 1430)',
  })
  reversalDate!: string | null;
  @Column({
    type: 'boolean',
    default: false,
    comment: 'Nobody saw the yes: the peer accepted the reversal, so it must have booked the original',
  })
  presumed!: boolean;
}
