import { idInstant, invariant, newId } from '@tsunagu/kernel';
import type { TenantContext } from '@tsunagu/contracts';
import { uuidv7Floor, type EventSink, type Storable, type Tx } from '@tsunagu/platform';
import type { Change, PendingEvent } from '../change-draft.js';
import { choiceValues, offerValues } from '../conversion/offer-rows.js';
import type { Attempt, Payment, PaymentRecord } from '../payment-record.js';
import { viewOf } from '../queries/payment-view.js';
import { presentPayment } from '../wire/index.js';
import type { Intake } from './payment-store.js';
import * as statements from './payment-statements.js';

/** Where a step writes: its transaction, whose it is, and who tells the merchant. */
export interface WriteScope {
  readonly tx: Tx;
  readonly ctx: TenantContext;
  readonly events: EventSink;
  /** Whether this house moves real money; snapshots say so. */
  readonly isLive: boolean;
}

const DAY_MS = 24 * 3_600_000;

/** Edge of the ids that may belong to this row: made after it, by a clock that may be up to a day behind. */
export function idFloor(id: string): string {
  return uuidv7Floor(new Date(idInstant(id).getTime() - DAY_MS));
}

const MONTH_MS = 31 * 24 * 3_600_000;

/** Above every id made until a month after the youngest of these: room for clocks that disagree. */
export function idCeiling(...ids: readonly string[]): string {
  return uuidv7Floor(new Date(Math.max(...ids.map((id) => idInstant(id).getTime())) + MONTH_MS));
}

/** Put a whole change on the wire without waiting; commit tells whether it holds. */
export function writeChange(scope: WriteScope, change: Change): void {
  const { tx } = scope;
  const { payment } = change.after;
  tx.send(statements.updatePayment, paymentValues(change));
  for (const { from, attempt } of change.moved)
    tx.send(statements.updateAttempt, movedValues(payment.tenantId, from, attempt));
  for (const attempt of change.added) tx.send(statements.insertAttempt, addedValues(payment, attempt));
  for (const refund of change.refunds) {
    const { id, paymentId, kind, status, amountMinor, attemptId, createdAt, updatedAt, slipNo = null } = refund;
    const values = [
      payment.tenantId,
      id,
      paymentId,
      kind,
      status,
      amountMinor,
      payment.currency,
      attemptId,
      createdAt,
      updatedAt,
      slipNo,
    ];
    tx.send(statements.upsertRefund, values);
  }
  if (change.offered !== undefined) tx.send(statements.insertOffer, offerValues(payment.tenantId, change.offered));
  if (change.chosen !== undefined) tx.send(statements.insertChoice, choiceValues(payment.tenantId, change.chosen));
  if (change.signed !== undefined) tx.send(statements.keepSignature, signatureValues(scope, change));
  if (change.postings.length > 0) tx.send(statements.insertPostings, postingValues(change));
  writeEvents(scope, change.after, change.events);
}

function signatureValues({ ctx }: WriteScope, { after: { payment }, signed }: Change): Storable[] {
  const { tenantId, id, signature = null } = payment;
  invariant(signature !== null && signed !== undefined, 'a signature that is kept is known to its payment');
  return [tenantId, id, signature.receivedAt, signature.sha256, ctx.requestId, signed.png];
}

/** Tell the merchant: every event carries the whole snapshot. */
export function writeEvents(
  { tx, ctx, events, isLive }: WriteScope,
  record: PaymentRecord,
  pending: readonly PendingEvent[],
): void {
  const { payment } = record;
  for (const event of pending) {
    events.record(tx, {
      id: newId(payment.updatedAt),
      type: event.type,
      tenantId: payment.tenantId,
      storeId: payment.storeId,
      paymentId: payment.id,
      sequence: event.sequence,
      requestId: ctx.requestId,
      occurredAt: payment.updatedAt,
      object: presentPayment(viewOf({ ...record, payment: { ...payment, sequence: event.sequence } }), {
        language: 'ja',
        isLive,
      }),
      previous: event.previous,
    });
  }
}

/** Values of the intake statement, in the order of its parameters. */
export function intakeValues({ idempotency, payment, attempt }: Intake): Storable[] {
  return [
    payment.tenantId,
    idempotency.key,
    idempotency.fingerprint,
    payment.id,
    payment.storeId,
    payment.terminalId,
    payment.clientReference,
    payment.kind,
    payment.method,
    payment.amountMinor,
    payment.currency,
    payment.tokenId,
    JSON.stringify(payment.card),
    payment.entryMode,
    payment.plan === null ? null : JSON.stringify(payment.plan),
    payment.slipNo,
    payment.clerk,
    JSON.stringify(payment.metadata),
    JSON.stringify(payment.acceptor),
    payment.sequence,
    payment.businessDate,
    payment.cutOffMinutes,
    payment.originNode,
    payment.createdAt,
    payment.createdAt,
    ...promisedValues(attempt),
    payment.status,
    ...waitingValues(payment),
    extraValue(attempt),
  ];
}

/** The first attempt of a payment; of one that waits for its till there is none yet. */
function promisedValues(attempt: Attempt | null): Storable[] {
  if (attempt === null) return [null, null, null, null, null];
  const { id, envelope, dueAt, requestId } = attempt;
  return [id, envelope?.sad ?? null, envelope?.account ?? null, dueAt, requestId];
}

/** How the card was shown and what the payment waits for: the same seven values in both statements of a payment. */
function waitingValues(payment: Payment): Storable[] {
  const json = (value: object | null) => (value === null ? null : JSON.stringify(value));
  return [
    json(payment.presentment),
    json(payment.action),
    payment.held?.sad ?? null,
    payment.held?.account ?? null,
    json(payment.dcc),
    payment.approvalSource,
    payment.expiresAt,
  ];
}

function extraValue(attempt: Attempt | null): string | null {
  const extra = attempt?.extra ?? {};
  return Object.keys(extra).length === 0 ? null : JSON.stringify(extra);
}

function paymentValues({ before, after: { payment } }: Change): Storable[] {
  return [
    payment.tenantId,
    payment.id,
    before.status,
    before.sequence,
    payment.status,
    payment.reason,
    payment.authorizedMinor,
    payment.capturedMinor,
    payment.capturePendingMinor,
    payment.refundedMinor,
    payment.refundPendingMinor,
    payment.approvalCode,
    payment.actionCode,
    payment.emvResponse,
    payment.cancelRequested,
    payment.sequence,
    payment.updatedAt,
    payment.method,
    payment.entryMode,
    ...waitingValues(payment),
    payment.captureTolerancePercent,
  ];
}

function movedValues(tenantId: string, from: string, attempt: Attempt): Storable[] {
  return [
    tenantId,
    attempt.id,
    from,
    attempt.status,
    attempt.approvedMinor,
    attempt.actionCode,
    attempt.approvalCode,
    attempt.reason,
    attempt.network === null ? null : JSON.stringify(attempt.network),
    attempt.envelope?.sad ?? null,
    attempt.envelope?.account ?? null,
    attempt.claimedUntil,
    attempt.dueAt,
    attempt.bells,
    attempt.updatedAt,
  ];
}

function addedValues(payment: Payment, attempt: Attempt): Storable[] {
  return [
    payment.tenantId,
    attempt.id,
    attempt.paymentId,
    attempt.ordinal,
    attempt.kind,
    payment.method,
    attempt.status,
    attempt.amountMinor,
    attempt.originalAttemptId,
    attempt.refundId,
    attempt.isClosing,
    attempt.order,
    attempt.envelope?.sad ?? null,
    attempt.envelope?.account ?? null,
    attempt.dueAt,
    attempt.requestId,
    attempt.createdAt,
    extraValue(attempt),
  ];
}

function postingValues({ after: { payment }, postings }: Change): Storable[] {
  const column = <T>(read: (line: (typeof postings)[number]) => T) => postings.map(read);
  return [
    payment.tenantId,
    payment.id,
    payment.currency,
    payment.businessDate,
    payment.updatedAt,
    column(() => newId(payment.updatedAt)),
    column((line) => line.attemptId),
    column((line) => line.movement),
    column((line) => line.account),
    column((line) => line.side),
    column((line) => line.amountMinor),
  ];
}
