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
  /** Give up before the answer: the clerk presses cancel while the payment is under way. */
  readonly isImpatient: boolean;
  readonly payKey: string;
  readonly giveUpKey: string;
}

/** Endings of amounts that make the simulated issuer misbehave. @source reference/api-conventions.md §11 */
const WIRE_TROUBLE = [902, 903, 904, 905, 910, 911, 912];
const DECLINES = [100, 116, 121];
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
  [{ what: 'capture' }, { what: 'refund' }],
  [{ what: 'cancel' }],
  [{ what: 'ensure_cancelled' }],
];

/** One purchase out of the mix of a working day. @param takesPins whether the reader encrypts PINs: without, nobody comes with UnionPay */
export function planPurchase(random: SeededRandom, takesPins: boolean): PurchasePlan {
  const customer = pickCustomer(random, takesPins);
  const kind = customer !== 'abroad' && random.chance(0.35) ? 'auth' : 'sale';
  const story = random.pick(kind === 'auth' ? AFTER_AUTHORIZATION : AFTER_SALE);
  return {
    clientReference: randomUUID(),
    customer,
    kind,
    amountMinor: random.between(1, 29) * 1000 + pickTail(random, takesPins),
    moves: story.map((move) => ({ ...move, key: randomUUID() })),
    currency: random.chance(0.7) ? 'foreign' : 'local',
    isImpatient: random.chance(0.04),
    payKey: randomUUID(),
    giveUpKey: randomUUID(),
  };
}

function pickCustomer(random: SeededRandom, takesPins: boolean): Customer {
  const draw = random.next();
  if (!takesPins || draw < 0.6) return 'domestic';
  return draw < 0.8 ? 'abroad' : 'unionpay';
}

function pickTail(random: SeededRandom, takesPins: boolean): number {
  if (random.chance(0.05)) return random.pick(DECLINES);
  if (random.chance(0.03)) return random.pick(WIRE_TROUBLE);
  if (random.chance(0.03)) return PARTIAL;
  if (takesPins && random.chance(0.06)) return ASKS_PIN;
  return random.between(0, 99);
}
