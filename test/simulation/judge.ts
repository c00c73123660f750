import { viewOf, type PaymentRecord } from '@tsunagu/payments';
import type { MemoryPaymentStore } from './memory-payment-store.js';
import type { IssuerBooking, SimulatedIssuer } from './simulated-issuer.js';

/** A promise of the house that was broken, in words a payment engineer understands. */
export interface Violation {
  readonly rule:
    | 'double charge'
    | 'orphan'
    | 'phantom'
    | 'stuck'
    | 'false not charged'
    | 'amounts differ'
    | 'books unbalanced'
    | 'counters wrong'
    | 'captured beyond the authorization'
    | 'card kept'
    | 'totals differ'
    | 'terminal state changed'
    | 'crashed';
  readonly where: string;
}

const CHARGED = new Set(['authorized', 'partially_captured', 'captured', 'partially_refunded', 'refunded']);

/** What the issuer holds of one customer's wish. */
export function netAtIssuer(
  issuer: SimulatedIssuer,
  reference: string,
): { charges: IssuerBooking[]; netMinor: number } {
  const held = [...issuer.bookings.values()].filter(
    (booking) => booking.attemptId === reference && !booking.isReversed,
  );
  const charges = held.filter((booking) => booking.kind === 'charge');
  return { charges, netMinor: sum(charges) - sum(held.filter((booking) => booking.kind === 'refund')) };
}

/** Everything that must hold once nothing moves any more. */
export function judge(store: MemoryPaymentStore, issuer: SimulatedIssuer): Violation[] {
  const violations: Violation[] = [];
  const references = new Set<string>();
  for (const record of store.payments.values()) {
    references.add(record.payment.clientReference);
    violations.push(...judgePayment(record, issuer), ...judgeBooks(record, store));
  }
  for (const booking of issuer.bookings.values()) {
    const isOrphan = !booking.isReversed && !references.has(booking.attemptId);
    if (isOrphan) violations.push({ rule: 'orphan', where: booking.attemptId });
  }
  return violations;
}

function judgePayment(record: PaymentRecord, issuer: SimulatedIssuer): Violation[] {
  const { payment } = record;
  const where = `${payment.clientReference} ${payment.kind} ${payment.status}`;
  const view = viewOf(record);
  const { charges } = netAtIssuer(issuer, payment.clientReference);
  const found: Violation[] = [];
  if (isOpen(view.final, record)) found.push({ rule: 'stuck', where });
  if (charges.length > 1) found.push({ rule: 'double charge', where });
  const isCharged = CHARGED.has(payment.status);
  if (isCharged && charges.length === 0) found.push({ rule: 'phantom', where });
  if (!isCharged && view.final && charges.length > 0) found.push({ rule: 'orphan', where });
  if (isCharged && view.final && !amountsAgree(record, issuer)) found.push({ rule: 'amounts differ', where });
  if (isOvercaptured(record, issuer)) found.push({ rule: 'captured beyond the authorization', where });
  if (payment.held !== null && payment.status !== 'requires_action') found.push({ rule: 'card kept', where });
  return found;
}

function isOpen(isFinal: boolean, { payment, attempts }: PaymentRecord): boolean {
  const isReserved = payment.capturePendingMinor + payment.refundPendingMinor > 0;
  return (
    !isFinal ||
    isReserved ||
    attempts.some((attempt) => attempt.status === 'sent_unknown' || attempt.status === 'in_doubt')
  );
}

/** By the issuer's own books: what it was told to bill against what it had promised, with the tolerance of the brand. */
function isOvercaptured({ payment }: PaymentRecord, issuer: SimulatedIssuer): boolean {
  if (payment.kind !== 'auth') return false;
  const held = heldAt(issuer, payment.clientReference);
  const promised = held('charge') + held('increase');
  return held('capture') > promised + Math.floor((promised * payment.captureTolerancePercent) / 100);
}

function heldAt(issuer: SimulatedIssuer, reference: string): (kind: IssuerBooking['kind']) => number {
  const held = [...issuer.bookings.values()].filter(
    (booking) => booking.attemptId === reference && !booking.isReversed,
  );
  return (kind) => sum(held.filter((booking) => booking.kind === kind));
}

function amountsAgree({ payment }: PaymentRecord, issuer: SimulatedIssuer): boolean {
  const of = heldAt(issuer, payment.clientReference);
  const capturedThere = payment.kind === 'sale' ? of('charge') : of('capture');
  return (
    of('charge') + of('increase') === payment.authorizedMinor &&
    capturedThere === payment.capturedMinor &&
    of('refund') === payment.refundedMinor
  );
}

/** Debits equal credits, and the counters of the row say what the postings say. */
function judgeBooks({ payment }: PaymentRecord, store: MemoryPaymentStore): Violation[] {
  const lines = store.postings.filter((posting) => posting.paymentId === payment.id);
  const total = (side: 'debit' | 'credit', movements: readonly string[]) =>
    sum(
      lines.filter(
        (line) => line.side === side && line.account === 'asset:issuer_receivable' && movements.includes(line.movement),
      ),
    );
  const balance =
    sum(lines.filter((line) => line.side === 'debit')) - sum(lines.filter((line) => line.side === 'credit'));
  const found: Violation[] = [];
  const where = payment.clientReference;
  if (balance !== 0) found.push({ rule: 'books unbalanced', where });
  const isRight =
    total('debit', ['sale', 'capture', 'overcapture']) === payment.capturedMinor &&
    total('credit', ['refund', 'void']) === payment.refundedMinor;
  if (!isRight) found.push({ rule: 'counters wrong', where });
  return found;
}

function sum(items: readonly { readonly amountMinor: number }[]): number {
  return items.reduce((total, item) => total + item.amountMinor, 0);
}
