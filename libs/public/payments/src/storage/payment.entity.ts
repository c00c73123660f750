import { Check, Column, Entity, Index, PrimaryColumn } from 'typeorm';

/** What a customer owes for one order: token, BIN and last four, never a card number. Partitioned by the time in its id. */
@Entity({
  schema: 'gateway',
  name: 'payment',
  comment: 'What a customer owes for one order. Holds a token, BIN and last four; never a card number',
})
@Check('payment_amount_range', 'amount_minor BETWEEN 1 AND 999999999999')
@Check(
  'payment_captured_within_authorized',
  '(captured_minor + capture_pending_minor) <= (authorized_minor + ((authorized_minor * capture_tolerance_percent) / 100))',
)
@Check('payment_capture_tolerance', '(capture_tolerance_percent >= 0) AND (capture_tolerance_percent <= 99)')
@Check(
  'payment_card_is_display_only',
  `((card - ARRAY['brand', 'bin6', 'last4', 'expMonth', 'expYear', 'funding', 'country', 'issuerName', 'currency']) = '{}'::jsonb) AND (length((card ->> 'bin6')) <= 6) AND (length((card ->> 'last4')) <= 4)`,
)
@Check(
  'payment_counters_not_negative',
  '(authorized_minor >= 0) AND (captured_minor >= 0) AND (capture_pending_minor >= 0) AND (refunded_minor >= 0) AND (refund_pending_minor >= 0)',
)
@Check('payment_emv_response_hex', `emv_response ~ '^([0-9A-Fa-f]{2})*$'`)
@Check('payment_approval_source', `approval_source IN ('issuer', 'voice')`)
@Check(
  'payment_held_only_while_waiting',
  `(status = 'requires_action') OR ((held_sad IS NULL) AND (held_account IS NULL))`,
)
@Check('payment_held_parts', `(held_sad LIKE 'sad.%') AND (held_account LIKE 'account.%')`)
@Check('payment_waits_for_action', `(status = 'requires_action') = (action IS NOT NULL)`)
@Check('payment_signature', '(signature_at IS NULL) = (signature_sha256 IS NULL)')
@Check('payment_signature_hash', `signature_sha256 ~ '^[0-9a-f]{64}$'`)
@Check('payment_kind', `kind IN ('sale', 'auth')`)
@Check('payment_refunded_within_captured', '(refunded_minor + refund_pending_minor) <= captured_minor')
@Index('payment_open_by_terminal', ['tenantId', 'terminalId'], {
  where: `status IN ('processing', 'requires_action', 'unknown')`,
})
@Index('payment_expires', ['expiresAt'], { where: 'expires_at IS NOT NULL' })
export class PaymentEntity {
  @PrimaryColumn({ type: 'uuid', name: 'tenant_id', primaryKeyConstraintName: 'payment_pkey' }) tenantId!: string;
  @PrimaryColumn({ type: 'uuid', primaryKeyConstraintName: 'payment_pkey' }) id!: string;
  @Column({ type: 'uuid', name: 'store_id' }) storeId!: string;
  @Column({ type: 'uuid', name: 'terminal_id' }) terminalId!: string;
  @Column({ type: 'varchar', length: 64, name: 'client_reference' }) clientReference!: string;
  @Column({ type: 'varchar', length: 8 }) kind!: string;
  @Column({ type: 'varchar', length: 16 }) method!: string;
  @Column({ type: 'varchar', length: 24 }) status!: string;
  @Column({ type: 'varchar', length: 64, nullable: true }) reason!: string | null;
  @Column({ type: 'bigint', name: 'amount_minor' }) amountMinor!: string;
  @Column({ type: 'char', length: 3 }) currency!: string;
  @Column({ type: 'bigint', name: 'authorized_minor', default: 0 }) authorizedMinor!: string;
  @Column({ type: 'bigint', name: 'captured_minor', default: 0 }) capturedMinor!: string;
  @Column({ type: 'int', name: 'capture_tolerance_percent', default: 0 }) captureTolerancePercent!: number;
  @Column({ type: 'bigint', name: 'capture_pending_minor', default: 0 }) capturePendingMinor!: string;
  @Column({ type: 'bigint', name: 'refunded_minor', default: 0 }) refundedMinor!: string;
  @Column({ type: 'bigint', name: 'refund_pending_minor', default: 0 }) refundPendingMinor!: string;
  @Column({ type: 'uuid', name: 'token_id' }) tokenId!: string;
  @Column({ type: 'jsonb' }) card!: object;
  @Column({ type: 'varchar', length: 16, name: 'entry_mode' }) entryMode!: string;
  @Column({ type: 'jsonb', nullable: true }) plan!: object | null;
  @Column({ type: 'varchar', length: 64, name: 'slip_no', nullable: true }) slipNo!: string | null;
  @Column({ type: 'varchar', length: 64, nullable: true }) clerk!: string | null;
  @Column({ type: 'jsonb', default: {} }) metadata!: object;
  @Column({ type: 'jsonb' }) acceptor!: object;
  @Column({ type: 'varchar', length: 6, name: 'approval_code', nullable: true }) approvalCode!: string | null;
  @Column({ type: 'varchar', length: 4, name: 'action_code', nullable: true }) actionCode!: string | null;
  @Column({
    type: 'varchar',
    length: 510,
    name: 'emv_response',
    nullable: true,
    comment: 'Field 55 of the answer for the till: no sensitive tag is ever in an answer',
  })
  emvResponse!: string | null;
  @Column({ type: 'boolean', name: 'cancel_requested', default: false }) cancelRequested!: boolean;
  @Column({ type: 'int' }) sequence!: number;
  @Column({ type: 'date', name: 'business_date' }) businessDate!: string;
  @Column({ type: 'int', name: 'cut_off_minutes', default: 0 }) cutOffMinutes!: number;
  @Column({ type: 'varchar', length: 40, name: 'origin_node' }) originNode!: string;
  @Column({ type: 'timestamptz', name: 'created_at' }) createdAt!: Date;
  @Column({ type: 'timestamptz', name: 'updated_at' }) updatedAt!: Date;
  @Column({
    type: 'jsonb',
    nullable: true,
    comment: 'How the card was shown: verification, fallback, application, and EMV tags that are no secrets',
  })
  presentment!: object | null;
  @Column({ type: 'jsonb', nullable: true }) action!: object | null;
  @Column({
    type: 'text',
    name: 'held_sad',
    nullable: true,
    comment:
      'Sealed sensitive data of a purchase that is not sent yet; unreadable after minutes, erased when the till has answered',
  })
  heldSad!: string | null;
  @Column({ type: 'text', name: 'held_account', nullable: true, comment: 'Sealed account of the same purchase' })
  heldAccount!: string | null;
  @Column({ type: 'jsonb', nullable: true }) dcc!: object | null;
  @Column({ type: 'varchar', length: 8, name: 'approval_source', default: 'issuer' }) approvalSource!: string;
  @Column({
    type: 'timestamptz',
    name: 'expires_at',
    nullable: true,
    comment: 'When the required action, or the authorization, ends by itself',
  })
  expiresAt!: Date | null;
  @Column({
    type: 'timestamptz',
    name: 'expiry_taken_until',
    nullable: true,
    comment: 'Some worker is ending this payment; until then no other one tries',
  })
  expiryTakenUntil!: Date | null;
  @Column({ type: 'timestamptz', name: 'signature_at', nullable: true, comment: 'When the holder had signed' })
  signatureAt!: Date | null;
  @Column({ type: 'char', length: 64, name: 'signature_sha256', nullable: true }) signatureSha256!: string | null;
}
