import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { WireOutcome } from '@tsunagu/contracts';
import { ACCOUNTS, type Posting } from './books/posting.js';
import { isOpen } from './attempt/attempt-state.js';
import type { Change } from './change-draft.js';
import { startCapture } from './capture/plan-capture.js';
import { decideOutcome } from './outcome/decide-outcome.js';
import { PaymentError } from './payment-error.js';
import type { Attempt, PaymentRecord } from './payment-record.js';
import { viewOf } from './queries/payment-view.js';
import { planRefund, startRefund } from './refund/plan-refund.js';
import { startCancel, startEnsureCancelled } from './reversal/plan-cancel.js';
import { isOpenVoid } from './reversal/order-void.js';
import { aRecord, SPEC_TIME } from './testing/a-record.js';
import { anOutcome } from './testing/fake-card-zone.js';

const ENVELOPE = { sad: null, account: 'sealed' };
/** Yes comes more often, as in life: otherwise few histories get past their first attempt. */
const STATES: WireOutcome['state'][] = [
  ...Array<'approved'>(5).fill('approved'),
  ...(['declined', 'not_sent', 'unknown', 'reversed', 'in_doubt'] as const),
];

/** One step of a history: what happens, with what numbers. */
type Step =
  | { do: 'work'; pick: number; state: WireOutcome['state']; partMinor: number }
  | { do: 'refund'; amountMinor: number | undefined; kind: 'henpin' | undefined }
  | { do: 'capture'; amountMinor: number | undefined; final: boolean | undefined }
  | { do: 'cancel' }
  | { do: 'ensureCancelled' };

const amount = fc.option(fc.constantFrom(1, 200, 500, 1000, 1200), { nil: undefined });
const aStep: fc.Arbitrary<Step> = fc.oneof(
  {
    weight: 6,
    arbitrary: fc.record({
      do: fc.constant('work' as const),
      pick: fc.nat(5),
      state: fc.constantFrom(...STATES),
      partMinor: fc.constantFrom(0, 0, 0, 700),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('refund' as const),
      amountMinor: amount,
      kind: fc.constantFrom('henpin' as const, undefined),
    }),
  },
  {
    weight: 2,
    arbitrary: fc.record({
      do: fc.constant('capture' as const),
      amountMinor: amount,
      final: fc.option(fc.boolean(), { nil: undefined }),
    }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'cancel' as const }) },
  { weight: 1, arbitrary: fc.constant({ do: 'ensureCancelled' as const }) },
);

/** A payment with its books, lived through by random steps; what the rules refuse is skipped. */
class History {
  record: PaymentRecord;
  readonly postings: Posting[] = [];
  readonly sequences = [1];
  #now = SPEC_TIME.getTime();

  constructor(kind: 'sale' | 'auth') {
    this.record = aRecord({ kind });
  }

  live(step: Step): void {
    this.#now += 100;
    const before = this.record;
    try {
      const change = this.#decide(step, new Date(this.#now));
      if (change !== undefined) this.#write(change);
    } catch (error) {
      if (!(error instanceof PaymentError)) throw error; // an outcome that the tables forbid would leave an attempt open for ever
      expect(this.record).toBe(before);
    }
  }

  #decide(step: Step, now: Date): Change | undefined {
    const requestId = 'req-spec';
    switch (step.do) {
      case 'refund': {
        const plan = planRefund(this.record, step, now);
        return startRefund(this.record, { ...plan, refundId: crypto.randomUUID(), requestId, envelope: ENVELOPE }, now);
      }
      case 'capture':
        return startCapture(this.record, { ...step, requestId, envelope: ENVELOPE }, now);
      case 'cancel':
        return startCancel(this.record, now);
      case 'ensureCancelled':
        return startEnsureCancelled(this.record, now);
      case 'work':
        return this.#work(step, now);
    }
  }

  /** A worker claims what is created; then any outcome at all may come. */
  #work(step: Extract<Step, { do: 'work' }>, now: Date): Change | undefined {
    const open = this.record.attempts.filter(({ status }) => isOpen(status));
    const attempt = open[step.pick % Math.max(open.length, 1)];
    if (attempt === undefined) return undefined;
    const claimed: Attempt =
      attempt.status === 'created' ? { ...attempt, status: 'sending', claimedUntil: now } : attempt;
    this.record = { ...this.record, attempts: this.record.attempts.map((one) => (one === attempt ? claimed : one)) };
    const approvedMinor = step.state === 'approved' && step.partMinor > 0 ? step.partMinor : null;
    const outcome = anOutcome({ attemptId: attempt.id, state: step.state, approvedMinor });
    return decideOutcome(this.record, { attemptId: attempt.id, outcome, now });
  }

  #write(change: Change): void {
    for (const { from, attempt } of change.moved) {
      expect(this.record.attempts.find(({ id }) => id === attempt.id)?.status).toBe(from);
    }
    this.record = change.after;
    this.postings.push(...change.postings);
    this.sequences.push(...change.events.map(({ sequence }) => sequence));
  }

  net(account: string): number {
    const lines = this.postings.filter((line) => line.account === account);
    return lines.reduce((sum, { side, amountMinor }) => sum + (side === 'debit' ? amountMinor : -amountMinor), 0);
  }
}

function holds(history: History): void {
  const { payment, attempts, refunds } = history.record;
  const view = viewOf(history.record);
  // 1: counters stay within what was authorized and captured, and the row's constraints would accept them
  expect(
    Math.min(payment.capturedMinor, payment.capturePendingMinor, payment.refundedMinor, payment.refundPendingMinor),
  ).toBeGreaterThanOrEqual(0);
  expect(payment.capturedMinor + payment.capturePendingMinor).toBeLessThanOrEqual(payment.authorizedMinor);
  expect(payment.refundedMinor + payment.refundPendingMinor).toBeLessThanOrEqual(payment.capturedMinor);
  // 2: every movement sums to zero, and the books say what the counters say
  expect(Object.values(ACCOUNTS).reduce((sum, account) => sum + history.net(account), 0)).toBe(0);
  expect(history.net(ACCOUNTS.issuerReceivable)).toBe(payment.capturedMinor - payment.refundedMinor);
  const isHeld =
    payment.kind === 'auth' && (payment.status === 'authorized' || payment.status === 'partially_captured');
  expect(history.net(ACCOUNTS.authorizedHold)).toBe(isHeld ? payment.authorizedMinor - payment.capturedMinor : 0);
  // who gave up is never left with a charge that nobody reverses, and nothing waits for nothing
  const hasOpen = attempts.some(({ status }) => isOpen(status));
  const isKept = payment.status === 'authorized' || payment.status === 'captured';
  if (payment.cancelRequested && isKept) expect(attempts.some(isOpenVoid)).toBe(true);
  if (payment.status === 'processing' || payment.status === 'unknown') expect(hasOpen).toBe(true);
  // 3: at most one charge may have moved money and be open
  const charges = attempts.filter(({ kind }) => kind === 'sale' || kind === 'auth');
  expect(charges.filter(({ status }) => isOpen(status)).length).toBeLessThanOrEqual(1);
  expect(charges.filter(({ status }) => !['not_sent', 'abandoned'].includes(status)).length).toBeLessThanOrEqual(1);
  // "not charged" is said only when no charge is approved or open, but for what was given back whole
  const mayBeCharged = charges.some(({ status }) => status === 'approved' || isOpen(status));
  if (view.customerCharged === 'no' && mayBeCharged) expect(payment.capturedMinor).toBe(payment.refundedMinor);
  if (view.customerCharged === 'no' && mayBeCharged) expect(payment.status).toBe('refunded');
  // events have no gaps, no sealed card outlives its use, reservations belong to open attempts
  expect(history.sequences).toEqual(history.sequences.map((_, index) => index + 1));
  expect(
    attempts.filter(({ status, envelope }) => envelope !== null && !['created', 'sending'].includes(status)),
  ).toEqual([]);
  if (view.final) expect([payment.capturePendingMinor, payment.refundPendingMinor]).toEqual([0, 0]);
  if (view.final) expect(refunds.filter(({ status }) => status === 'processing' || status === 'unknown')).toEqual([]);
}

/** States that the histories must have come through, or they prove little. */
const ALWAYS = ['processing', 'unknown', 'declined', 'voided', 'captured', 'partially_refunded', 'refunded'];
const REACHABLE = { sale: ALWAYS, auth: [...ALWAYS, 'authorized', 'partially_captured'] };

describe('whatever happens to a payment', () => {
  for (const kind of ['sale', 'auth'] as const) {
    it(`keeps the invariants of the specification (${kind})`, () => {
      const reached = new Set<string>();
      fc.assert(
        fc.property(fc.array(aStep, { minLength: 5, maxLength: 30 }), (steps) => {
          const history = new History(kind);
          for (const step of steps) {
            history.live(step);
            holds(history);
            reached.add(history.record.payment.status);
          }
        }),
        { numRuns: 600 },
      );
      expect([...REACHABLE[kind]].filter((status) => !reached.has(status))).toEqual([]);
    });
  }
});
