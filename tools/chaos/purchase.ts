import { randomUUID } from 'node:crypto';
import type { SeededRandom } from '../../test/simulation/seeded-random.js';

/** What the customer and the clerk are going to do; decided and saved before anything is sent. */
export interface PurchasePlan {
  readonly clientReference: string;
  readonly kind: 'sale' | 'auth';
  readonly amountMinor: number;
  readonly then: 'nothing' | 'capture' | 'refund' | 'cancel' | 'ensure_cancelled';
  /** Give up before the answer: the clerk presses cancel while the payment is under way. */
  readonly isImpatient: boolean;
  /** One idempotency key per step, the same for every retry of that step. */
  readonly keys: Readonly<Record<'pay' | 'then', string>>;
}

/** Endings of amounts that make the simulated issuer misbehave. @source reference/api-conventions.md §11 */
const WIRE_TROUBLE = [902, 903, 904, 905, 910, 911, 912];
const DECLINES = [100, 116, 121];

/** One purchase out of the mix of a working day. */
export function planPurchase(random: SeededRandom): PurchasePlan {
  const then = pickEnding(random);
  return {
    clientReference: randomUUID(),
    kind: then === 'capture' || (then === 'cancel' && random.chance(0.5)) ? 'auth' : 'sale',
    amountMinor: random.between(1, 89) * 1000 + pickTail(random),
    then,
    isImpatient: random.chance(0.04),
    keys: { pay: randomUUID(), then: randomUUID() },
  };
}

function pickEnding(random: SeededRandom): PurchasePlan['then'] {
  const draw = random.next();
  if (draw < 0.58) return 'nothing';
  if (draw < 0.73) return 'capture';
  if (draw < 0.86) return 'refund';
  if (draw < 0.94) return 'cancel';
  return 'ensure_cancelled';
}

function pickTail(random: SeededRandom): number {
  if (random.chance(0.05)) return random.pick(DECLINES);
  if (random.chance(0.03)) return random.pick(WIRE_TROUBLE);
  return random.between(0, 99);
}
