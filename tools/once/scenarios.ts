import { TEST_CARDS, type TestCard } from '@tsunagu/simulator';
import type { Payment } from '@tsunagu/sdk';
import type { Purchase, Till } from '../till/till.js';

/** What a payment must look like in the end. */
export interface Expectation {
  readonly status: string;
  readonly charged: Payment['customer_charged'];
  readonly reason?: string;
  readonly captured?: number;
  readonly refunded?: number;
}

export interface Scenario {
  readonly name: string;
  readonly run: (till: Till) => Promise<Payment>;
  readonly expected: Expectation;
}

const buy = (till: Till, amountMinor: number, more: Partial<Purchase> = {}): Promise<Payment> =>
  till.pay({ kind: 'sale', card: cardOf('jcb'), entry: 'chip', amountMinor, ...more });

function cardOf(name: string): TestCard {
  const card = TEST_CARDS[name];
  if (card === undefined) throw new Error(`there is no test card ${name}`);
  return card;
}

async function authorized(till: Till, amountMinor: number): Promise<string> {
  return (await buy(till, amountMinor, { kind: 'auth', card: cardOf('mastercard') })).id;
}

/** One payment of each kind that this build can take; a new method joins the list. */
export const SCENARIOS: readonly Scenario[] = [
  {
    name: 'credit, one time, chip',
    run: (till) => buy(till, 1_500),
    expected: { status: 'captured', charged: 'yes', captured: 1_500 },
  },
  {
    name: 'credit, three instalments, chip',
    run: (till) => buy(till, 30_000, { plan: { type: 'installments', count: 3 } }),
    expected: { status: 'captured', charged: 'yes', captured: 30_000 },
  },
  {
    name: 'contactless',
    run: (till) => buy(till, 2_300, { card: cardOf('visa'), entry: 'contactless' }),
    expected: { status: 'captured', charged: 'yes', captured: 2_300 },
  },
  {
    name: 'decline: insufficient funds',
    run: (till) => buy(till, 1_116),
    expected: { status: 'declined', charged: 'no' },
  },
  {
    name: 'authorization and capture',
    run: async (till) => till.move(await authorized(till, 5_000), 'captures'),
    expected: { status: 'captured', charged: 'yes', captured: 5_000 },
  },
  {
    name: 'authorization and cancel',
    run: async (till) => till.move(await authorized(till, 7_000), 'cancel'),
    expected: { status: 'voided', charged: 'no' },
  },
  {
    name: 'refund of a part, then the rest',
    run: async (till) => {
      const { id } = await buy(till, 3_000, { entry: 'contactless' });
      await till.move(id, 'refunds', 1_000);
      return till.move(id, 'refunds');
    },
    expected: { status: 'refunded', charged: 'no', captured: 3_000, refunded: 3_000 },
  },
  {
    name: 'answer lost: reversed',
    run: (till) => buy(till, 1_902),
    expected: { status: 'declined', charged: 'no', reason: 'reversed' },
  },
];

/** @returns what is not as it must be; undefined when all is well */
export function deviation(payment: Payment, expected: Expectation): string | undefined {
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['status', payment.status, expected.status],
    ['customer_charged', payment.customer_charged, expected.charged],
    ['reason', payment.reason, expected.reason ?? payment.reason],
    ['captured', payment.captured.amount, expected.captured ?? payment.captured.amount],
    ['refunded', payment.refunded.amount, expected.refunded ?? payment.refunded.amount],
    ['final', payment.final, true],
  ];
  const wrong = pairs.filter(([, is, must]) => is !== must);
  if (wrong.length === 0) return undefined;
  return wrong.map(([name, is, must]) => `${name} is ${String(is)}, must be ${String(must)}`).join('; ');
}
