import type { Clock } from '@tsunagu/kernel';

/** @source reference/iso8583-1993.md §17.3 */
export interface AdmissionLimits {
  readonly queueMax: number;
  readonly queueWaitMs: number;
  /** New requests a second; null = as many as fit. */
  readonly perSecond: number | null;
}

/**
 * A bounded waiting room before the link: a request that finds no place in time is refused, with proof that nothing left. Places are those of
 * the connections that are there now, so their number changes; the rate is a bucket that holds one second.
 */
export class Admission {
  #taken = 0;
  readonly #queue = new Set<(isAdmitted: boolean) => void>();
  #tokens: number;
  #filledAtMs: number;
  #isPumping = false;

  constructor(
    private readonly clock: Clock,
    private readonly limits: AdmissionLimits,
    private readonly places: () => number,
  ) {
    this.#tokens = limits.perSecond ?? 0;
    this.#filledAtMs = clock.monotonicMs();
  }

  get queued(): number {
    return this.#queue.size;
  }

  /** @returns undefined when there is room now, a promise of a place otherwise */
  enter(): Promise<boolean> | undefined {
    if (this.#queue.size === 0 && this.#tryTake()) return undefined;
    if (this.#queue.size >= this.limits.queueMax) return Promise.resolve(false);
    return this.#queueUp();
  }

  leave(): void {
    this.#taken -= 1;
    this.pump();
  }

  /** Let in who may come in: a place came free, or a connection came up. */
  pump(): void {
    for (const next of this.#queue) {
      if (!this.#tryTake()) break;
      next(true);
    }
    if (this.#queue.size > 0 && this.limits.perSecond !== null) void this.#waitForToken(this.limits.perSecond);
  }

  #tryTake(): boolean {
    if (this.#taken >= this.places() || !this.#takeToken()) return false;
    this.#taken += 1;
    return true;
  }

  #takeToken(): boolean {
    const { perSecond } = this.limits;
    if (perSecond === null) return true;
    const now = this.clock.monotonicMs();
    this.#tokens = Math.min(perSecond, this.#tokens + ((now - this.#filledAtMs) * perSecond) / 1_000);
    this.#filledAtMs = now;
    if (this.#tokens < 1) return false;
    this.#tokens -= 1;
    return true;
  }

  async #waitForToken(perSecond: number): Promise<void> {
    if (this.#isPumping) return;
    this.#isPumping = true;
    await this.clock.sleep(Math.max(1, 1_000 / perSecond));
    this.#isPumping = false;
    this.pump();
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
      if (this.limits.perSecond !== null) void this.#waitForToken(this.limits.perSecond);
    });
  }
}
