import { TEST_CARDS, type TestCard } from '@tsunagu/simulator';
import type { Payment } from '@tsunagu/sdk';
import type { Purchase, Till } from '../till/till.js';

/** What a payment must look like in the end. */
export interface Expectation {
  readonly status: string;
  readonly charged: Payment['customer_charged'];
  readonly reason?: string;
  readonly method?: Payment['method'];
  readonly authorized?: number;
  readonly captured?: number;
  readonly refunded?: number;
  /** What became of the offer of another currency. */
  readonly conversion?: NonNullable<Payment['dcc']>['status'];
  readonly approvalSource?: Payment['approval_source'];
  /** Raw code of a refusal, as the network sent it. */
  readonly rawCode?: string;
}

export interface Scenario {
  readonly name: string;
  /** @param api base URL, for what the till command does not do */
  readonly run: (till: Till, api: string) => Promise<Payment>;
  readonly expected: Expectation;
  /** For the table; left out: approval code, or why not. */
  readonly note?: (payment: Payment) => string;
}

/** This kind is not sold on this day: said in the table, and no trouble. */
export class NotToday extends Error {}

/** A sale of one time at the chip reader, with the PIN of the card above the limit of sales without one. */
export function buy(till: Till, amountMinor: number, more: Partial<Purchase> = {}): Promise<Payment> {
  const card = more.card ?? cardOf('jcb');
  const isPinned = amountMinor > 15_000 && (more.entry ?? 'chip') === 'chip';
  return till.pay({ kind: 'sale', card, entry: 'chip', amountMinor, ...(isPinned && { pin: card.pin }), ...more });
}

export function cardOf(name: string): TestCard {
  const card = TEST_CARDS[name];
  if (card === undefined) throw new Error(`there is no test card ${name}`);
  return card;
}

/** @returns what is not as it must be; undefined when all is well */
export function deviation(payment: Payment, expected: Expectation): string | undefined {
  const { approvalSource = 'issuer' } = expected;
  const pairs: readonly (readonly [string, unknown, unknown])[] = [
    ['status', payment.status, expected.status],
    ['customer_charged', payment.customer_charged, expected.charged],
    ['reason', payment.reason, expected.reason],
    ['method', payment.method, expected.method],
    ['authorized', payment.authorized.amount, expected.authorized],
    ['captured', payment.captured.amount, expected.captured],
    ['refunded', payment.refunded.amount, expected.refunded],
    ['dcc', payment.dcc?.status, expected.conversion],
    ['approval_source', payment.approval_source, approvalSource],
    ['decline.raw', payment.decline?.raw?.code, expected.rawCode],
    ['final', payment.final, true],
  ];
  const wrong = pairs.filter(([, is, must]) => must !== undefined && is !== must); // undefined: nothing is expected
  if (wrong.length === 0) return undefined;
  return wrong.map(([name, is, must]) => `${name} is ${String(is)}, must be ${String(must)}`).join('; ');
}
