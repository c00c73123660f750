import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from '../../test/simulation/seeded-random.js';

/** What of the house a disturber may touch. */
export interface Target {
  /** Signal 9 to a process, or a wipe of the queue: `name` is one of the victims. */
  strike(name: string): Promise<void> | void;
  /** Settles when everything that was struck is back at work. @throws it does not come back */
  recovered(): Promise<void>;
}

/** Kinds of trouble of the fault panel. */
export const WIRE_FAULTS = ['delay', 'drop', 'late', 'duplicate', 'garbage', 'reset'] as const;

/** Counted from the moment at which the house is back, else only its restarts would be tested. */
const PACE = { firstMs: 1_000, minMs: 1_000, maxMs: 4_000 };

/** A second blow in the same instant, and a blow into the middle of a recovery. */
const TWICE = 0.2;
const INTO_RECOVERY = 0.2;

/** Strikes at moments and in an order that the seed decides; who restarts what was struck is the supervisor's matter. */
export class Disturber {
  readonly blows: Record<string, number> = {};
  #isOver = false;
  #round: string[] = [];

  constructor(
    private readonly target: Target,
    private readonly random: SeededRandom,
    private readonly victims: readonly string[],
    private readonly pace = PACE,
  ) {}

  get blowCount(): number {
    return Object.values(this.blows).reduce((sum, count) => sum + count, 0);
  }

  /** Strike until told to stop. @throws the house does not come back */
  async run(): Promise<void> {
    await sleep(this.pace.firstMs);
    while (!this.#isOver) {
      await this.#blow();
      if (this.random.chance(TWICE)) await this.#blow();
      if (!this.random.chance(INTO_RECOVERY)) await this.target.recovered();
      if (!this.#isOver) await sleep(this.random.between(this.pace.minMs, this.pace.maxMs));
    }
  }

  stop(): void {
    this.#isOver = true;
  }

  /** Settles when that many blows have fallen, or when no more will. */
  async untilBlows(count: number): Promise<void> {
    while (!this.#isOver && this.blowCount < count) await sleep(20);
  }

  async #blow(): Promise<void> {
    // Rounds in which each is hit once: no process of a short run gets away.
    if (this.#round.length === 0) this.#round = [...this.victims];
    const name = this.random.pick(this.#round);
    this.#round.splice(this.#round.indexOf(name), 1);
    this.blows[name] = (this.blows[name] ?? 0) + 1;
    await this.target.strike(name);
  }
}

/** Split one probability over all kinds of trouble. */
export function faultMix(share: number): Record<(typeof WIRE_FAULTS)[number], number> {
  const each = share / WIRE_FAULTS.length;
  return { delay: each, drop: each, late: each, duplicate: each, garbage: each, reset: each };
}
