import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { VERDICTS, type Verdict, type WireOutcome } from '@tsunagu/contracts';
import { ACCOUNTS, type Posting } from './books/posting.js';
import { isOpen } from './attempt/attempt-state.js';
import type { Change } from './change-draft.js';
import { startCapture } from './capture/plan-capture.js';
import { startRelease } from './capture/plan-release.js';
import { decideExpiry } from './expiry/decide-expiry.js';
import { startIncrease } from './increase/plan-increase.js';
import { captureMaxMinor } from './methods/method-rules.js';
import { decideOutcome } from './outcome/decide-outcome.js';
import { PaymentError } from './payment-error.js';
import type { Attempt, PaymentRecord } from './payment-record.js';
import { viewOf } from './queries/payment-view.js';
import { planRefund, startRefund } from './refund/plan-refund.js';
import { decideResolution } from './resolution/decide-resolution.js';
import { startCancel, startEnsureCancelled } from './reversal/plan-cancel.js';
import { isOpenVoid } from './reversal/order-void.js';
import { aRecord, SPEC_TIME } from './testing/a-record.js';
import { anOutcome } from './testing/fake-card-zone.js';

const DAY_MS = 24 * 3_600_000;
const ENVELOPE = { sad: null, account: 'account.sealed' } as const;
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
  | { do: 'increase'; amountMinor: number }
  | { do: 'release' }
  | { do: 'pass'; days: number }
  | { do: 'rule'; pick: number; verdict: Verdict }
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
  {
    weight: 1,
    arbitrary: fc.record({ do: fc.constant('increase' as const), amountMinor: fc.constantFrom(1, 300, 5000) }),
  },
  { weight: 1, arbitrary: fc.constant({ do: 'release' as const }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant('pass' as const), days: fc.constantFrom(0, 0, 1, 1, 31) }) },
  {
    weight: 2,
    arbitrary: fc.record({ do: fc.constant('rule' as const), pick: fc.nat(5), verdict: fc.constantFrom(...VERDICTS) }),
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

  constructor(kind: 'sale' | 'auth', brand: 'jcb' | 'visa' | 'unionpay') {
    const record = aRecord({ kind });
    const card = { ...record.payment.card, brand };
    this.record = { ...record, payment: { ...record.payment, card } };
  }

  live(step: Step): void {
    this.#now += 100;
    const before = this.record;
    try {
      const change = this.#decide(step, new Date(this.#now));
      if (change !== undefined) this.#write(change);
    } catch (error) {
      if (!(error instanceof PaymentError)) throw error; // an outcome that the tables forbid would leave an attempt open for ever
      must(this.record === before, 'what is refused changes nothing');
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
      case 'increase':
        return startIncrease(this.record, { ...step, requestId, envelope: ENVELOPE }, now);
      case 'release':
        return startRelease(this.record, now);
      case 'pass':
        this.#now += step.days * DAY_MS;
        return decideExpiry(this.record, new Date(this.#now));
      case 'rule':
        return this.#rule(step, now);
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

  /** Two people end what is in doubt. */
  #rule({ pick, verdict }: Extract<Step, { do: 'rule' }>, now: Date): Change | undefined {
    const doubted = this.record.attempts.filter(({ status }) => status === 'in_doubt');
    const attempt = doubted[pick % Math.max(doubted.length, 1)];
    return attempt && decideResolution(this.record, { attemptId: attempt.id, verdict, now });
  }

  #write(change: Change): void {
    for (const { from, attempt } of change.moved) {
      must(
        this.record.attempts.find(({ id }) => id === attempt.id)?.status === from,
        'a move starts where the attempt is',
      );
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
  countersAndBooksHold(history);
  chargesHold(history.record);
  endsHold(history);
}

/** Millions of checks: a plain throw, because `expect` would be most of the time. */
function must(isKept: boolean, rule: string): void {
  if (!isKept) throw new Error(rule);
}

function countersAndBooksHold(history: History): void {
  const { payment } = history.record;
  const { capturedMinor, capturePendingMinor, refundedMinor, refundPendingMinor, authorizedMinor } = payment;
  must(
    Math.min(capturedMinor, capturePendingMinor, refundedMinor, refundPendingMinor) >= 0,
    'counters are not negative',
  );
  const mostMinor = captureMaxMinor(payment, authorizedMinor);
  must(capturedMinor + capturePendingMinor <= mostMinor, 'captured within authorized and its tolerance');
  must(refundedMinor + refundPendingMinor <= capturedMinor, 'refunded within captured');
  const total = Object.values(ACCOUNTS).reduce((sum, account) => sum + history.net(account), 0);
  must(total === 0, 'debits equal credits');
  must(history.net(ACCOUNTS.issuerReceivable) === capturedMinor - refundedMinor, 'the books say what the counters say');
  const isHeld =
    payment.kind === 'auth' && (payment.status === 'authorized' || payment.status === 'partially_captured');
  must(
    history.net(ACCOUNTS.authorizedHold) === (isHeld ? Math.max(0, authorizedMinor - capturedMinor) : 0),
    'holds end',
  );
}

function chargesHold(record: PaymentRecord): void {
  const { payment, attempts } = record;
  const isKept = payment.status === 'authorized' || payment.status === 'captured';
  must(!(payment.cancelRequested && isKept) || attempts.some(isOpenVoid), 'who gave up is not left with a charge');
  const isWaiting = payment.status === 'processing' || payment.status === 'unknown';
  must(!isWaiting || attempts.some(({ status }) => isOpen(status)), 'nothing waits for nothing');
  const charges = attempts.filter(({ kind }) => kind === 'sale' || kind === 'auth');
  must(
    charges.filter(({ status }) => !['not_sent', 'abandoned'].includes(status)).length <= 1,
    'one charge may move money',
  );
  const mayBeCharged = charges.some(({ status }) => status === 'approved' || isOpen(status));
  const isGivenBack = payment.status === 'refunded' && payment.capturedMinor === payment.refundedMinor;
  // What was only held, and can never be captured any more, is billed by nobody.
  const isLapsed = payment.status === 'expired' || payment.reason === 'hold_remains';
  const isProved = !mayBeCharged || isGivenBack || (isLapsed && payment.capturedMinor === payment.refundedMinor);
  must(viewOf(record).customerCharged !== 'no' || isProved, '"not charged" is proved');
}

function endsHold(history: History): void {
  const { payment, attempts, refunds } = history.record;
  must(
    history.sequences.every((sequence, index) => sequence === index + 1),
    'events have no gaps',
  );
  const isSpent = ({ status, envelope }: Attempt) => envelope !== null && status !== 'created' && status !== 'sending';
  must(!attempts.some(isSpent), 'no sealed card outlives its use');
  if (!viewOf(history.record).final) return;
  must(payment.capturePendingMinor + payment.refundPendingMinor === 0, 'reservations belong to open attempts');
  must(
    !refunds.some(({ status }) => status === 'processing' || status === 'unknown'),
    'refunds end with their attempts',
  );
}

/** States that the histories must have come through, or they prove little. */
const ALWAYS = ['processing', 'unknown', 'declined', 'voided', 'captured'];
const AUTH = [...ALWAYS, 'authorized', 'expired'];
const HISTORIES = [
  { kind: 'sale', brand: 'jcb', reachable: [...ALWAYS, 'partially_refunded', 'refunded'], runs: 300 },
  { kind: 'auth', brand: 'jcb', reachable: [...AUTH, 'partially_captured'], runs: 300 },
  { kind: 'auth', brand: 'visa', reachable: AUTH, runs: 200 }, // its holds are reversed when they lapse
  { kind: 'auth', brand: 'unionpay', reachable: AUTH, runs: 200 }, // captured once, up to 115 %, and such a capture can be cancelled
] as const;

describe('whatever happens to a payment', () => {
  for (const { kind, brand, reachable, runs } of HISTORIES) {
    it(`keeps the invariants of the specification (${kind}, ${brand})`, () => {
      const reached = new Set<string>();
      fc.assert(
        fc.property(fc.array(aStep, { minLength: 5, maxLength: 30 }), (steps) => {
          const history = new History(kind, brand);
          for (const step of steps) {
            history.live(step);
            holds(history);
            reached.add(history.record.payment.status);
          }
        }),
        { numRuns: runs },
      );
      expect([...reachable].filter((status) => !reached.has(status))).toEqual([]);
    }, 30_000);
  }
});
