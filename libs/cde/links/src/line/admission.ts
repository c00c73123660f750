import type { Clock } from '@tsunagu/kernel';

/** Limits of one connection. @source reference/iso8583-1993.md §17.3 */
export interface AdmissionLimits {
  readonly inFlightMax: number;
  readonly queueMax: number;
  readonly queueWaitMs: number;
}

/** A bounded waiting room before the line: a request that finds no place in time is refused, with proof that nothing left. */
export class Admission {
  #taken = 0;
  readonly #queue = new Set<(isAdmitted: boolean) => void>();

  constructor(
    private readonly clock: Clock,
    private readonly limits: AdmissionLimits,
  ) {}

  get queued(): number {
    return this.#queue.size;
  }

  /** @returns undefined when there is room now, a promise of a place otherwise */
  enter(): Promise<boolean> | undefined {
    if (this.#taken < this.limits.inFlightMax) {
      this.#taken += 1;
      return undefined;
    }
    if (this.#queue.size >= this.limits.queueMax) return Promise.resolve(false);
    return this.#queueUp();
  }

  leave(): void {
    const [next] = this.#queue;
    if (next === undefined) this.#taken -= 1;
    else next(true); // the place passes on: the count stays
  }

  #queueUp(): Promise<boolean> {
    return new Promise((resolve) => {
      const timer = new AbortController();
      const done = (isAdmitted: boolean) => {
        if (!this.#queue.delete(done)) return;
        timer.abort();
        resolve(isAdmitted);
      };
      this.#queue.add(done);
      void this.clock.sleep(this.limits.queueWaitMs, timer.signal).then(() => done(false));
    });
  }
}
