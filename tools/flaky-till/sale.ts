import type { SeededRandom } from '../../test/simulation/seeded-random.js';

/** How the customer pays. */
export interface Manner {
  readonly name: string;
  readonly card: string;
  readonly entry: 'chip' | 'contactless' | 'stripe';
  readonly hasPin?: boolean;
  /** Asks for an offer in the cardholder's currency. */
  readonly method?: 'dcc';
  readonly plan?: { readonly type: 'installments' | 'revolving'; readonly count?: number };
}

/** What one customer buys, and what happens to it afterwards; decided before anything is sent. */
export interface Sale {
  /** Of the shop's own order; travels as metadata, so that two payments of one order show. */
  readonly order: string;
  readonly reference: string;
  readonly kind: 'sale' | 'auth';
  readonly amountMinor: number;
  readonly manner: Manner;
  readonly then: 'nothing' | 'capture' | 'part_capture' | 'refund' | 'part_refund' | 'cancel';
  /** The tablet is lost after its request left, and another one takes over. */
  readonly isTabletLost: boolean;
}

/** Ways that every AES reader knows. */
const MANNERS: readonly Manner[] = [
  { name: 'credit, chip', card: 'jcb', entry: 'chip' },
  { name: 'credit, instalments', card: 'jcb', entry: 'chip', plan: { type: 'installments', count: 3 } },
  { name: 'contactless', card: 'visa', entry: 'contactless' },
  { name: 'contactless', card: 'mastercard', entry: 'contactless' },
  { name: 'conversion, dollar', card: 'visa-usd', entry: 'chip', method: 'dcc' },
  { name: 'conversion, won', card: 'visa-krw', entry: 'chip', method: 'dcc' },
  { name: 'unionpay with PIN', card: 'unionpay', entry: 'chip', hasPin: true },
];
const STRIPE: Manner = { name: 'stripe', card: 'amex', entry: 'stripe' };
const THEN: readonly (readonly [share: number, Sale['then']])[] = [
  [0.6, 'nothing'],
  [0.72, 'capture'],
  [0.78, 'part_capture'],
  [0.88, 'refund'],
  [0.93, 'part_refund'],
  [1, 'cancel'],
];
/** Endings of amounts that are declined, or whose answer the issuer loses. @source reference/api-conventions.md §11 */
const ODD_TAILS = [116, 121, 902, 904];

/** @param hasPinPad the reader encrypts PINs and reads chips */
export function planSale(random: SeededRandom, number: number, hasPinPad: boolean): Sale {
  const draw = random.next();
  const then = THEN.find(([share]) => draw < share)?.[1] ?? 'nothing';
  const manner = hasPinPad ? random.pick(MANNERS) : STRIPE;
  const isAuth = then === 'capture' || then === 'part_capture' || then === 'cancel';
  const tail = random.chance(0.06) ? random.pick(ODD_TAILS) : random.between(0, 99);
  return {
    order: `order-${number}`,
    reference: `flaky-${number}-1`,
    kind: isAuth ? 'auth' : 'sale',
    amountMinor: random.between(3, 89) * 1_000 + tail,
    manner: isAuth || then === 'part_refund' ? { ...manner, plan: undefined } : manner, // plans are given back as a whole
    then,
    isTabletLost: random.chance(0.03),
  };
}

/** The same order, taken anew after the first try was proved never to have happened. */
export function takenAnew(sale: Sale): Sale {
  const [, number, tries] = sale.reference.split('-');
  return { ...sale, reference: `flaky-${number}-${Number(tries) + 1}`, isTabletLost: false };
}
