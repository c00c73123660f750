import type { Clock } from '@tsunagu/kernel';

/** Carries what was gathered to where it goes. */
export type Carry<T> = (items: readonly T[]) => Promise<void>;

export interface GatheringLimits {
  /** Items that travel together at most. */
  readonly itemsMax: number;
  /** Journeys that may begin at once after a quiet while: in a slow hour nobody waits for anybody. */
  readonly burst: number;
  /** Above that, one journey in this time. */
  readonly paceMs: number;
}

interface Gathered<T> {
  readonly items: T[];
  readonly carried: Promise<void>;
}

/**
 * Gathers what comes thick into few journeys, so that their cost is one of the second and not one of the payment.
 * What comes after a quiet while goes at once; in a rush it waits for the next journey, at most `paceMs` (docs/adr/0012).
 * No journey begins before the former has ended: the slower the other side, the fuller they travel.
 */
export class Gathering<T> {
  #open: Gathered<T> | undefined;
  #former: Promise<void> = Promise.resolve();
  #credit: number;
  #countedAtMs: number;

  constructor(
    private readonly clock: Clock,
    private readonly limits: GatheringLimits,
    private readonly carry: Carry<T>,
  ) {
    this.#credit = limits.burst;
    this.#countedAtMs = clock.monotonicMs();
  }

  /** Resolves when the journey that carries this item has ended. @throws what `carry` throws */
  add(item: T): Promise<void> {
    const gathered = (this.#open ??= this.#gather());
    gathered.items.push(item);
    if (gathered.items.length >= this.limits.itemsMax) this.#open = undefined;
    return gathered.carried;
  }

  #gather(): Gathered<T> {
    const items: T[] = [];
    const waitMs = this.#pay();
    const paced = waitMs > 0 ? this.clock.sleep(waitMs) : Promise.resolve();
    const carried = Promise.all([paced, this.#former]).then(() => {
      if (this.#open === gathered) this.#open = undefined;
      return this.carry(items);
    });
    this.#former = carried.catch(() => undefined); // who rang is told
    const gathered = { items, carried };
    return gathered;
  }

  /** Take one journey from the credit, which grows back with time. @returns how long to wait for it */
  #pay(): number {
    const { burst, paceMs } = this.limits;
    const nowMs = this.clock.monotonicMs();
    this.#credit = Math.min(burst, this.#credit + (nowMs - this.#countedAtMs) / paceMs) - 1;
    this.#countedAtMs = nowMs;
    return this.#credit >= 0 ? 0 : Math.ceil(-this.#credit * paceMs);
  }
}
