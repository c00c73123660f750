import type { Clock } from '@tsunagu/kernel';

/** Requests a second of one line in this process: as many as the contract says, then none until time has passed. */
export class RequestRate {
  #left: number;
  #atMs: number;

  constructor(
    private readonly perSecond: number,
    private readonly clock: Clock,
  ) {
    this.#left = perSecond;
    this.#atMs = clock.monotonicMs();
  }

  /** @returns false when the line has used up its second */
  take(): boolean {
    const nowMs = this.clock.monotonicMs();
    this.#left = Math.min(this.perSecond, this.#left + ((nowMs - this.#atMs) * this.perSecond) / 1_000);
    this.#atMs = nowMs;
    if (this.#left < 1) return false;
    this.#left -= 1;
    return true;
  }
}
