import type { CardDisplay, SealedAccount, SealedEnvelope, SealedSad } from '@tsunagu/contracts';
import type { Attempt, Payment, PaymentRecord, Refund } from '../payment-record.js';

/**
 * Rows as JSON objects (`to_jsonb`): one mapping for every query. Dates stay text until here, so a business date is
 * never bent by the process's time zone, and amounts (at most 12 digits) are exact numbers.
 */
export type JsonRow = Readonly<Record<string, unknown>>;

export function paymentFromRow(row: JsonRow): Payment {
  return {
    id: row['id'] as string,
    tenantId: row['tenant_id'] as string,
    storeId: row['store_id'] as string,
    terminalId: row['terminal_id'] as string,
    clientReference: row['client_reference'] as string,
    kind: row['kind'] as Payment['kind'],
    method: row['method'] as Payment['method'],
    status: row['status'] as Payment['status'],
    reason: row['reason'] as string | null,
    amountMinor: row['amount_minor'] as number,
    currency: row['currency'] as Payment['currency'],
    authorizedMinor: row['authorized_minor'] as number,
    capturedMinor: row['captured_minor'] as number,
    captureTolerancePercent: row['capture_tolerance_percent'] as number,
    capturePendingMinor: row['capture_pending_minor'] as number,
    refundedMinor: row['refunded_minor'] as number,
    refundPendingMinor: row['refund_pending_minor'] as number,
    tokenId: row['token_id'] as string,
    card: row['card'] as CardDisplay,
    entryMode: row['entry_mode'] as Payment['entryMode'],
    presentment: (row['presentment'] ?? null) as Payment['presentment'],
    action: (row['action'] ?? null) as Payment['action'],
    held: envelopeFrom(row['held_sad'], row['held_account']),
    dcc: (row['dcc'] ?? null) as Payment['dcc'],
    approvalSource: row['approval_source'] as Payment['approvalSource'],
    expiresAt: instantOrNull(row['expires_at']),
    signature: signatureFrom(row['signature_at'], row['signature_sha256']),
    plan: row['plan'] as Payment['plan'],
    slipNo: row['slip_no'] as string | null,
    clerk: row['clerk'] as string | null,
    metadata: row['metadata'] as Record<string, string>,
    acceptor: row['acceptor'] as Payment['acceptor'],
    approvalCode: row['approval_code'] as string | null,
    actionCode: row['action_code'] as string | null,
    emvResponse: row['emv_response'] as string | null,
    cancelRequested: row['cancel_requested'] as boolean,
    sequence: row['sequence'] as number,
    businessDate: row['business_date'] as string,
    cutOffMinutes: row['cut_off_minutes'] as number,
    originNode: row['origin_node'] as string,
    createdAt: instant(row['created_at']),
    updatedAt: instant(row['updated_at']),
  };
}

export function attemptFromRow(row: JsonRow): Attempt {
  return {
    id: row['id'] as string,
    paymentId: row['payment_id'] as string,
    ordinal: row['ordinal'] as number,
    kind: row['kind'] as Attempt['kind'],
    status: row['status'] as Attempt['status'],
    amountMinor: row['amount_minor'] as number,
    approvedMinor: row['approved_minor'] as number | null,
    actionCode: row['action_code'] as string | null,
    approvalCode: row['approval_code'] as string | null,
    reason: row['reason'] as string | null,
    network: row['network'] as Attempt['network'],
    originalAttemptId: row['original_attempt_id'] as string | null,
    refundId: row['refund_id'] as string | null,
    isClosing: row['is_closing'] as boolean,
    order: row['void_order'] as Attempt['order'],
    extra: (row['extra'] ?? {}) as Attempt['extra'],
    envelope: envelopeFrom(row['envelope_sad'], row['envelope_account']),
    claimedUntil: instantOrNull(row['claimed_until']),
    claimedBy: row['claimed_by'] as string | null,
    dueAt: instantOrNull(row['due_at']),
    bells: row['bells'] as number,
    requestId: row['request_id'] as string,
    createdAt: instant(row['created_at']),
    updatedAt: instant(row['updated_at']),
  };
}

export function refundFromRow(row: JsonRow): Refund {
  return {
    id: row['id'] as string,
    paymentId: row['payment_id'] as string,
    kind: row['kind'] as Refund['kind'],
    status: row['status'] as Refund['status'],
    amountMinor: row['amount_minor'] as number,
    attemptId: row['attempt_id'] as string,
    slipNo: (row['slip_no'] ?? null) as string | null,
    createdAt: instant(row['created_at']),
    updatedAt: instant(row['updated_at']),
  };
}

/** A payment with what belongs to it, from three JSON columns; `voice_posted` is what reads look up beside them. */
export interface RecordRow {
  readonly payment: JsonRow;
  readonly attempts: readonly JsonRow[] | null;
  readonly refunds: readonly JsonRow[] | null;
  readonly voice_posted?: boolean;
}

export function recordFromRow(row: RecordRow): PaymentRecord {
  return {
    payment: paymentFromRow(row.payment),
    attempts: (row.attempts ?? []).map(attemptFromRow),
    refunds: (row.refunds ?? []).map(refundFromRow),
    isVoicePosted: row.voice_posted === true,
  };
}

/** The two sealed parts of a card, as two columns hold them; null when there is none, or when the query left it out. */
export function envelopeFrom(sad: unknown, account: unknown): SealedEnvelope | null {
  if (account === null || account === undefined) return null;
  return { sad: (sad ?? null) as SealedSad | null, account: account as SealedAccount };
}

function signatureFrom(at: unknown, sha256: unknown): Payment['signature'] {
  const receivedAt = instantOrNull(at);
  return receivedAt === null ? null : { receivedAt, sha256: sha256 as string };
}

function instant(value: unknown): Date {
  return new Date(value as string);
}

function instantOrNull(value: unknown): Date | null {
  return value === null || value === undefined ? null : instant(value);
}
