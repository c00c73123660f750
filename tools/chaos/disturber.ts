import { setTimeout as sleep } from 'node:timers/promises';
import type { SeededRandom } from '../../test/simulation/seeded-random.js';

/** What of the stack a disturber may touch. */
export interface Killable {
  kill9(name: string): Promise<void> | void;
}

/** Kinds of trouble of the fault panel. */
export const WIRE_FAULTS = ['delay', 'drop', 'late', 'duplicate', 'garbage', 'reset'] as const;

/** Between blows the house must come back to work, else only its restarts are tested. */
const PACE = { firstMs: 1_500, minMs: 3_000, maxMs: 9_000 };

/** Ends processes with signal 9 at moments and in an order that the seed decides; who restarts them is the supervisor's matter. */
export class Disturber {
  readonly kills: Record<string, number> = {};
  #isOver = false;
  #round: string[] = [];

  constructor(
    private readonly stack: Killable,
    private readonly random: SeededRandom,
    private readonly victims: readonly string[],
    private readonly pace = PACE,
  ) {}

  get killCount(): number {
    return Object.values(this.kills).reduce((sum, count) => sum + count, 0);
  }

  /** Kill until told to stop; sometimes two in the same instant. */
  async run(): Promise<void> {
    await sleep(this.pace.firstMs);
    while (!this.#isOver) {
      await this.#blow();
      if (this.random.chance(0.2)) await this.#blow();
      if (!this.#isOver) await sleep(this.random.between(this.pace.minMs, this.pace.maxMs));
    }
  }

  stop(): void {
    this.#isOver = true;
  }

  async #blow(): Promise<void> {
    // Rounds in which each is hit once: no process of a short run gets away.
    if (this.#round.length === 0) this.#round = [...this.victims];
    const name = this.random.pick(this.#round);
    this.#round.splice(this.#round.indexOf(name), 1);
    this.kills[name] = (this.kills[name] ?? 0) + 1;
    await this.stack.kill9(name);
  }
}

/** Split one probability over all kinds of trouble. */
export function faultMix(share: number): Record<(typeof WIRE_FAULTS)[number], number> {
  const each = share / WIRE_FAULTS.length;
  return { delay: each, drop: each, late: each, duplicate: each, garbage: each, reset: each };
}
