import type { Fleet } from './fleet.js';
import type { Sale } from './sale.js';

/** What tills were doing when the network came back. */
type Watched = Pick<Fleet, 'serving' | 'told' | 'steps'>;

/** One purchase that was under way when the network came back. */
interface Wait {
  readonly sale: Sale;
  readonly afterMs: number;
  /** What its till did from then until it was known. */
  readonly steps: readonly string[];
}

/** How long purchases stayed unknown after the network had come back, seconds. */
export interface Waits {
  readonly purchases: number;
  readonly p50_s: number;
  readonly p95_s: number;
  readonly max_s: number;
  readonly slowest: null | {
    readonly reference: string;
    readonly manner: string;
    readonly amount: number;
    readonly waited_for: readonly string[];
  };
}

const STEPS_SHOWN_MAX = 40;

/** The purchases that were not known when the network came back, until each of them is. */
export class OutageWatch {
  readonly waits: Wait[] = [];
  readonly #returnedMs: number;
  #open: readonly (readonly [till: number, sale: Sale])[];

  constructor(private readonly fleet: Watched) {
    this.#returnedMs = fleet.steps.now();
    this.#open = [...fleet.serving].filter(([till, sale]) => !this.#isKnown(till, sale));
  }

  get open(): number {
    return this.#open.length;
  }

  /** @returns how many are still not known */
  look(): number {
    for (const [till, sale] of this.#open) {
      if (!this.#isKnown(till, sale)) continue;
      const afterMs = this.fleet.steps.now() - this.#returnedMs;
      this.waits.push({ sale, afterMs, steps: this.fleet.steps.since(sale.reference, this.#returnedMs) });
    }
    this.#open = this.#open.filter(([till, sale]) => !this.#isKnown(till, sale));
    return this.open;
  }

  /** Told to the clerk, or no longer served: a till that met trouble of its own ends so, and the run fails for that. */
  #isKnown(till: number, { reference }: Sale): boolean {
    const isTold = this.fleet.told.some(
      (told) => told.reference === reference || told.reference.startsWith(`${reference}-`),
    );
    return isTold || this.fleet.serving.get(till)?.reference !== reference;
  }
}

/** The waits of all outages of a run, and what the longest of them was about. */
export function describeWaits(watches: readonly Pick<OutageWatch, 'waits'>[]): Waits {
  const waits = watches.flatMap((watch) => watch.waits).sort((one, other) => one.afterMs - other.afterMs);
  const seconds = (share: number) => {
    const wait = waits[Math.min(waits.length - 1, Math.floor(waits.length * share))];
    return Math.round((wait?.afterMs ?? 0) / 100) / 10;
  };
  const slowest = waits.at(-1);
  return {
    purchases: waits.length,
    p50_s: seconds(0.5),
    p95_s: seconds(0.95),
    max_s: seconds(1),
    slowest:
      slowest === undefined
        ? null
        : {
            reference: slowest.sale.reference,
            manner: slowest.sale.manner.name,
            amount: slowest.sale.amountMinor,
            waited_for: slowest.steps.slice(-STEPS_SHOWN_MAX),
          },
  };
}
