import { describe, expect, it } from 'vitest';
import { TILL_LANGUAGES } from '@tsunagu/kernel';
import type { WireOutcome } from '@tsunagu/contracts';
import { ATTEMPT_TABLE } from '../attempt/attempt-state.js';
import { ChangeDraft, type Change } from '../change-draft.js';
import { ACTION_CODE_RULES } from '../declines/action-code-rules.js';
import { OWN_REASON_RULES } from '../declines/decline-rules.js';
import { decideOutcome } from '../outcome/decide-outcome.js';
import type { AttemptKind, AttemptStatus, PaymentStatus, PaymentView } from '../payment-api.js';
import { IllegalTransitionError, PaymentError } from '../payment-error.js';
import type { Attempt, PaymentRecord } from '../payment-record.js';
import { PAYMENT_TABLE } from '../payment-state.js';
import { viewOf } from '../queries/payment-view.js';
import { startCancel, startEnsureCancelled } from '../reversal/plan-cancel.js';
import { aRecord, SPEC_TIME } from '../testing/a-record.js';
import { anOutcome } from '../testing/fake-card-zone.js';
import { cashierState, type CashierState } from './cashier-state.js';

const NOT_CHARGED =
  /請求はされていません|請求はありません|not charged|Nothing was charged|未扣款|未被扣款|不会向顾客收费|不會向顧客收費|청구되지 않/;
const KINDS: readonly AttemptKind[] = ['auth', 'sale', 'increase', 'capture', 'void', 'refund'];
/** Ends of a charge that prove that nobody pays for it. */
const DEAD: ReadonlySet<AttemptStatus> = new Set(['not_sent', 'declined', 'reversed', 'abandoned', 'created']);

/** Everything that a table can reach from where its machine starts. */
function reached<T extends string>(starts: readonly T[], next: (state: T) => readonly T[]): T[] {
  const seen = new Set<T>(starts);
  for (const state of seen) for (const to of next(state)) seen.add(to); // a set grows while it is walked
  return [...seen];
}

const STATUSES = reached<PaymentStatus>(['processing', 'requires_action', 'offline_accepted'], (state) =>
  PAYMENT_TABLE.filter(({ from }) => from === state).map(({ to }) => to),
);
const ATTEMPTS = reached<AttemptStatus>(['created'], (state) => Object.values(ATTEMPT_TABLE[state]));
const REASONS = [null, 'timeout', 'something_new', ...Object.keys(OWN_REASON_RULES.rows)];
const CODES = [null, '000', '199', '299', '999', ...Object.keys(ACTION_CODE_RULES.rows)];
const ACTIONS = [null, 'choose_currency', 'enter_pin', 'insert_chip'] as const;

interface Sentence {
  readonly faults: readonly string[];
  /** Says in any language that nobody was charged. */
  readonly isClaim: boolean;
}

/** Sentences by code, read once: the walk meets each of them thousands of times. */
const sentences = new Map<string, Sentence>();

function sentenceOf(state: CashierState): Sentence {
  const name = `${state.code} ${state.message_ja}`;
  const known = sentences.get(name);
  if (known !== undefined) return known;
  const wordless = TILL_LANGUAGES.filter((language) => (state.messages[language] ?? '').length < 4);
  const isOne = state.message_ja === state.messages.ja && state.message_en === state.messages.en;
  const read = {
    faults: [...wordless.map((language) => `no word in ${language}`), ...(isOne ? [] : ['two texts for one code'])],
    isClaim: Object.values(state.messages).some((word) => NOT_CHARGED.test(word)),
  };
  sentences.set(name, read);
  return read;
}

/** Faults of one sentence; empty when it may be shown. */
function faultsOf({ customerCharged }: PaymentView, state: CashierState): string[] {
  const { faults, isClaim } = sentenceOf(state);
  const isUnproved = (isClaim || state.may_retry_card) && customerCharged !== 'no';
  return [...faults, ...(isUnproved ? ['says "not charged" or invites the card without proof'] : [])];
}

describe('what the clerk reads, for everything that the tables can reach [A7]', { timeout: 30_000 }, () => {
  it('covers every status of payment and attempt that exists', () => {
    expect(STATUSES.length).toBe(13);
    expect(ATTEMPTS.length).toBe(Object.keys(ATTEMPT_TABLE).length);
  });

  it('has a word in five languages and claims nothing unproved: status × attempt × reason × action code', () => {
    const faults = new Set<string>();
    let walked = 0;
    const check = (view: PaymentView, name: string) => {
      walked += 1;
      for (const fault of faultsOf(view, cashierState(view))) faults.add(`${name}: ${fault}`);
    };
    const record = aRecord();
    for (const status of STATUSES) {
      for (const attempt of ATTEMPTS)
        for (const kind of KINDS)
          for (const type of status === 'requires_action' ? ACTIONS : [null])
            for (const cancelRequested of [false, true]) {
              const action = type === null ? null : { type, expiresAt: SPEC_TIME.toISOString() };
              const payment = { ...record.payment, status, action, cancelRequested };
              const attempts = [...record.attempts, { ...record.attempts[0]!, id: 'child', kind, status: attempt }];
              check(viewOf({ payment, attempts, refunds: [] }), `${status} ${kind} ${attempt} ${type}`);
            }
      for (const reason of REASONS)
        for (const actionCode of status === 'declined' ? CODES : [null, '116'])
          check(
            viewOf({ ...record, payment: { ...record.payment, status, reason, actionCode } }),
            `${status} ${reason} ${actionCode}`,
          );
    }
    expect([...faults]).toEqual([]);
    expect(walked).toBeGreaterThan(3_000);
  });

  it('says which action is required', () => {
    for (const type of ['choose_currency', 'enter_pin', 'insert_chip'] as const) {
      const action = { type, expiresAt: SPEC_TIME.toISOString() };
      expect(cashierState(viewOf(aRecord({ payment: { status: 'requires_action', action } }))).code).toBe(type);
    }
  });

  it('tells a time that ran out from an authorization that lapsed, and a yes by telephone from one of the host', () => {
    const codeOf = (payment: Parameters<typeof aRecord>[0]) => cashierState(viewOf(aRecord(payment))).code;
    expect(codeOf({ payment: { status: 'expired', authorizedMinor: 0 } })).toBe('expired');
    expect(codeOf({ payment: { status: 'expired', authorizedMinor: 1000 } })).toBe('authorization_expired');
    expect(codeOf({ payment: { status: 'captured', authorizedMinor: 1000, approvalSource: 'voice' } })).toBe(
      'approved_by_voice',
    );
  });
});

const OUTCOMES: readonly Partial<WireOutcome>[] = [
  { state: 'approved' },
  { state: 'approved', approvedMinor: 400 },
  { state: 'declined', actionCode: '116' },
  { state: 'declined', actionCode: '208' },
  { state: 'declined', actionCode: '107' },
  { state: 'declined', reason: 'retry_limit' },
  { state: 'not_sent', reason: 'link_down' },
  { state: 'unknown', reason: 'timeout' },
  { state: 'unknown', lateApproval: true },
  { state: 'reversed', reason: 'timeout' },
  { state: 'in_doubt' },
];

/** A decision of the house, or undefined where it refuses or changes nothing. */
function tried(decide: () => Change | undefined): PaymentRecord[] {
  try {
    const change = decide();
    return change === undefined ? [] : [change.after];
  } catch (error) {
    if (error instanceof IllegalTransitionError || error instanceof PaymentError) return [];
    throw error;
  }
}

/** Every record that one step of the real machine makes of this one. */
function steps(record: PaymentRecord): PaymentRecord[] {
  const answers = record.attempts.flatMap(({ id }) =>
    OUTCOMES.flatMap((change) => {
      const outcome = anOutcome({ attemptId: id, ...change });
      return tried(() => decideOutcome(record, { attemptId: id, outcome, now: SPEC_TIME }));
    }),
  );
  const sent = tried(() => {
    const draft = new ChangeDraft(record, SPEC_TIME);
    for (const attempt of draft.attempts) if (attempt.status === 'created') draft.move(attempt, 'send');
    return draft.done();
  });
  return [
    ...answers,
    ...sent,
    ...tried(() => startCancel(record, SPEC_TIME)),
    ...tried(() => startEnsureCancelled(record, SPEC_TIME)),
  ];
}

const nameOf = ({ payment, attempts }: PaymentRecord): string =>
  [payment.status, payment.reason, payment.actionCode, payment.cancelRequested, payment.authorizedMinor,
    ...attempts.map(({ kind, status }) => `${kind}:${status}`)].join(' '); // prettier-ignore

/** Whether the attempts themselves prove that nobody pays: each charge is dead, or taken back by a void that was approved. */
function isProved({ payment, attempts }: PaymentRecord): boolean {
  const isCharge = ({ kind }: Attempt) => kind === 'auth' || kind === 'sale' || kind === 'increase';
  return payment.status === 'voided' || attempts.filter(isCharge).every(({ status }) => DEAD.has(status));
}

describe('what the clerk reads on every way that the real machine can go [A7]', { timeout: 30_000 }, () => {
  it('says "not charged" only where the attempts prove it', () => {
    const lies: string[] = [];
    let claims = 0;
    const seen = new Map(
      [aRecord(), aRecord({ kind: 'auth' })].map((start) => [`${start.payment.kind} ${nameOf(start)}`, start]),
    );
    for (const record of seen.values()) {
      const view = viewOf(record);
      const state = cashierState(view);
      const { isClaim } = sentenceOf(state);
      if (isClaim) claims += 1;
      const faults = [...faultsOf(view, state), ...(isClaim && !isProved(record) ? ['no proof in the attempts'] : [])];
      for (const fault of faults) lies.push(`${nameOf(record)}: ${fault}`);
      if (record.attempts.length < 6)
        for (const next of steps(record)) seen.set(`${next.payment.kind} ${nameOf(next)}`, next);
    }
    expect(lies).toEqual([]);
    expect(claims).toBeGreaterThan(10);
  });
});
