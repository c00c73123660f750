import { randomUUID } from 'node:crypto';
import type { SeededRandom } from '../../test/simulation/seeded-random.js';

/** Who comes to the till: with a domestic card, with one of another currency who is offered it, or with UnionPay and its PIN. */
export type Customer = 'domestic' | 'abroad' | 'unionpay';

/** One request after the charge. */
export interface PlannedMove {
  readonly what: 'capture' | 'increase' | 'release' | 'refund' | 'cancel' | 'ensure_cancelled';
  /** Of the whole amount: a third, a half; left out: all that is left. */
  readonly share?: number;
  readonly isFinal?: boolean;
  /** Its idempotency key, the same for every retry. */
  readonly key: string;
}

/** What the customer and the clerk are going to do; decided and saved before anything is sent. */
export interface PurchasePlan {
  readonly clientReference: string;
  readonly customer: Customer;
  readonly kind: 'sale' | 'auth';
  readonly amountMinor: number;
  readonly moves: readonly PlannedMove[];
  /** What a holder who is asked for a currency says. */
  readonly currency: 'local' | 'foreign';
  /** Whoever is asked for a PIN, the chip or a currency walks away without a word: the clock of the house must end the payment. */
  readonly isSilent: boolean;
  /** The amount is one about which the card company wants to be called. */
  readonly isReferred: boolean;
  /** Under which such a sale is posted then. */
  readonly voice: { readonly clientReference: string; readonly key: string };
  /** Give up before the answer: the clerk presses cancel while the payment is under way. */
  readonly isImpatient: boolean;
  readonly payKey: string;
  readonly giveUpKey: string;
}

/** Endings of amounts that make the simulated issuer misbehave. @source reference/api-conventions.md §11 */
const WIRE_TROUBLE = [902, 903, 904, 905, 910, 911, 912];
const DECLINES = [100, 116, 121];
/** "Call us": the card company says yes by telephone (電話承認). */
const REFERRAL = 107;
/** The issuer wants a PIN. */
const ASKS_PIN = 908;
const PARTIAL = 906;

type Story = readonly Omit<PlannedMove, 'key'>[];

/** What becomes of sales; more of a thing, more often. */
const AFTER_SALE: readonly Story[] = [
  [],
  [],
  [],
  [],
  [],
  [{ what: 'refund' }],
  [{ what: 'refund', share: 1 / 3 }, { what: 'refund', share: 1 / 3 }, { what: 'refund' }],
  [{ what: 'refund', share: 1 / 2 }],
  [{ what: 'cancel' }],
  [{ what: 'ensure_cancelled' }],
];
const AFTER_AUTHORIZATION: readonly Story[] = [
  [],
  [{ what: 'capture' }],
  [
    { what: 'capture', share: 1 / 3, isFinal: false },
    { what: 'capture', share: 1 / 3, isFinal: true },
  ],
  [{ what: 'capture', share: 1 / 2, isFinal: false }, { what: 'release' }],
  [{ what: 'increase', share: 1 / 2 }, { what: 'capture' }],
  [
    { what: 'increase', share: 1 / 3 },
    { what: 'capture', share: 5 / 4, isFinal: true },
  ],
  [{ what: 'capture' }, { what: 'refund' }],
  [{ what: 'cancel' }],
  [{ what: 'ensure_cancelled' }],
];

/** Purchases with their cancels and refunds. @source payment-features.md §4.1 */
const AFTER_UNIONPAY_SALE: readonly Story[] = [
  [],
  [{ what: 'refund' }],
  [{ what: 'refund' }],
  [{ what: 'refund' }],
  [{ what: 'refund', share: 1 / 2 }],
  [{ what: 'refund', share: 1 / 3 }, { what: 'refund', share: 1 / 3 }, { what: 'refund' }],
  [{ what: 'ensure_cancelled' }],
];
/** Pre-authorizations are completed once, up to 115 % of them; a refund of all of it on the same day cancels the completion. */
const AFTER_UNIONPAY_AUTHORIZATION: readonly Story[] = [
  [],
  [{ what: 'cancel' }],
  [{ what: 'cancel' }],
  [{ what: 'capture' }],
  [{ what: 'capture', share: 1.15, isFinal: true }],
  [
    { what: 'capture', share: 1 / 2, isFinal: true },
    { what: 'refund', share: 1 / 3 },
  ],
  [{ what: 'capture' }, { what: 'refund' }],
  [{ what: 'capture', share: 1.1, isFinal: true }, { what: 'refund' }],
];

/** Shares of who comes to a reader with a PIN pad. Half of the readers have none, so a quarter of all pays with UnionPay. */
const AT_PIN_PAD: readonly (readonly [upTo: number, Customer])[] = [
  [0.3, 'domestic'],
  [0.5, 'abroad'],
  [1, 'unionpay'],
];
/** Of each customer who comes, how many authorize first. */
const AUTH_SHARE: Readonly<Record<Customer, number>> = { domestic: 0.35, abroad: 0, unionpay: 0.55 };
const SILENT_SHARE = 0.5;

/** Where and when a customer comes. */
export interface Occasion {
  /** Whether the reader encrypts PINs: without, nobody comes with UnionPay. */
  readonly takesPins: boolean;
  /** Early in the run: whoever walks away now keeps nobody waiting at its end. */
  readonly isEarly: boolean;
}

/** One purchase out of the mix of a working day. */
export function planPurchase(random: SeededRandom, { takesPins, isEarly }: Occasion): PurchasePlan {
  const customer = pickCustomer(random, takesPins);
  const kind = random.chance(AUTH_SHARE[customer]) ? 'auth' : 'sale';
  const story = random.pick(storiesOf(customer, kind));
  const tail = pickTail(random, customer, takesPins);
  return {
    clientReference: randomUUID(),
    customer,
    kind,
    amountMinor: random.between(1, 29) * 1000 + tail,
    moves: story.map((move) => ({ ...move, key: randomUUID() })),
    currency: random.chance(0.6) ? 'foreign' : 'local',
    isSilent: random.chance(SILENT_SHARE) && isEarly,
    isReferred: tail === REFERRAL,
    voice: { clientReference: randomUUID(), key: randomUUID() },
    isImpatient: random.chance(0.04),
    payKey: randomUUID(),
    giveUpKey: randomUUID(),
  };
}

function storiesOf(customer: Customer, kind: PurchasePlan['kind']): readonly Story[] {
  if (customer === 'unionpay') return kind === 'auth' ? AFTER_UNIONPAY_AUTHORIZATION : AFTER_UNIONPAY_SALE;
  return kind === 'auth' ? AFTER_AUTHORIZATION : AFTER_SALE;
}

function pickCustomer(random: SeededRandom, takesPins: boolean): Customer {
  const draw = random.next();
  if (!takesPins) return 'domestic';
  return AT_PIN_PAD.find(([upTo]) => draw < upTo)?.[1] ?? 'domestic';
}

function pickTail(random: SeededRandom, customer: Customer, takesPins: boolean): number {
  if (random.chance(0.05)) return random.pick(DECLINES);
  if (random.chance(0.03)) return random.pick(WIRE_TROUBLE);
  if (random.chance(0.03)) return PARTIAL;
  if (random.chance(0.03)) return REFERRAL;
  if (takesPins && customer !== 'unionpay' && random.chance(0.2)) return ASKS_PIN; // UnionPay's has come with the card
  return random.between(0, 99);
}
