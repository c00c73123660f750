import { viewOf, type PaymentRecord } from '@tsunagu/payments';
import type { MemoryPaymentStore } from './memory-payment-store.js';
import type { IssuerBooking, SimulatedIssuer } from './simulated-issuer.js';
import { BY_TELEPHONE } from './simulated-till.js';
import { PAN_OF_ANOTHER } from './switch-house.js';

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
    | 'foreign amounts differ'
    | 'card kept'
    | 'another card charged'
    | 'not approved by telephone'
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
    violations.push(...judgeBooking(booking, issuer));
  }
  return [...violations, ...chargedAgain(issuer)];
}

/** What may never reach an issuer, whatever becomes of it afterwards. */
function judgeBooking({ attemptId: where, pan, voiceCode }: IssuerBooking, issuer: SimulatedIssuer): Violation[] {
  const found: Violation[] = [];
  if (pan === PAN_OF_ANOTHER) found.push({ rule: 'another card charged', where });
  if (voiceCode !== null && !issuer.gave(voiceCode)) found.push({ rule: 'not approved by telephone', where });
  return found;
}

/** One wish of a customer is one charge, also when the second one was posted as a payment of its own, by telephone. */
function chargedAgain(issuer: SimulatedIssuer): Violation[] {
  const wishes = new Map<string, Set<string>>();
  for (const { attemptId, kind, isReversed } of issuer.bookings.values()) {
    if (kind !== 'charge' || isReversed) continue;
    const wish = attemptId.split(BY_TELEPHONE)[0]!;
    wishes.set(wish, (wishes.get(wish) ?? new Set()).add(attemptId));
  }
  return [...wishes]
    .filter(([, charged]) => charged.size > 1)
    .map(([where]): Violation => ({ rule: 'double charge', where }));
}

function judgePayment(record: PaymentRecord, issuer: SimulatedIssuer): Violation[] {
  const { payment } = record;
  const where = `${payment.clientReference} ${payment.kind} ${payment.status}`;
  const view = viewOf(record);
  const { charges } = netAtIssuer(issuer, payment.clientReference);
  const isCharged = CHARGED.has(payment.status);
  const isRestful = isCharged && view.final;
  const broken: Readonly<Partial<Record<Violation['rule'], boolean>>> = {
    stuck: isUnderWay(view.final, record),
    'double charge': charges.length > 1,
    phantom: isCharged && charges.length === 0,
    orphan: !isCharged && view.final && charges.length > 0 && !isLapsed(record, issuer),
    'amounts differ': isRestful && !amountsAgree(record, issuer),
    'foreign amounts differ': isRestful && !foreignAmountsAgree(record, issuer),
    'captured beyond the authorization': isOvercaptured(record, issuer),
    'card kept': payment.held !== null && payment.status !== 'requires_action',
  };
  const rules = Object.entries(broken).filter(([, isBroken]) => isBroken);
  return rules.map(([rule]) => ({ rule: rule as Violation['rule'], where }));
}

/** A hold that nobody captured and that the issuer lets lapse by itself: nothing was billed. */
export function isLapsed({ payment }: PaymentRecord, issuer: SimulatedIssuer): boolean {
  const billed = heldAt(issuer, payment.clientReference)('capture');
  return payment.kind === 'auth' && payment.status === 'expired' && payment.authorizedMinor > 0 && billed === 0;
}

/** What the holder paid in his own currency, and what went back of it, as the issuer was told; nothing at all unless he chose it. */
function foreignAmountsAgree({ payment }: PaymentRecord, issuer: SimulatedIssuer): boolean {
  const held = [...issuer.bookings.values()].filter(
    (booking) => booking.attemptId === payment.clientReference && !booking.isReversed,
  );
  if (payment.dcc?.status !== 'accepted') return held.every(({ foreignMinor }) => foreignMinor === null);
  const of = (kind: IssuerBooking['kind']) =>
    held.filter((booking) => booking.kind === kind).reduce((total, { foreignMinor }) => total + (foreignMinor ?? 0), 0);
  const isAllBack = payment.refundedMinor === payment.capturedMinor;
  return (
    of('charge') === payment.dcc.foreignMinor &&
    of('refund') === payment.dcc.refundedForeignMinor &&
    (!isAllBack || of('refund') === of('charge'))
  );
}

function isUnderWay(isFinal: boolean, { payment, attempts }: PaymentRecord): boolean {
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
