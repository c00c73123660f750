import { HsmError } from '../provider/hsm-error.js';

interface Waiting {
  go(): void;
  refuse(error: HsmError): void;
}

/** Limits of a {@link FairBucket}. */
export interface BucketLimits {
  /** Calls a second, all lanes together. */
  readonly perSecond: number;
  /** Calls that may go at once after a quiet time. */
  readonly burst: number;
  /** How long a call may wait for its turn before it is refused. */
  readonly waitMs: number;
}

/**
 * Token bucket of one account, served in turns by lane: whoever sends a storm waits behind its own calls, and everybody else is
 * next. A call that would wait too long is refused at once, so that a used-up quota is told as fast as an outage.
 */
export class FairBucket {
  readonly #lanes = new Map<string, Waiting[]>();
  #tokens: number;
  #filledAtMs: number;
  #waiting = 0;
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly limits: BucketLimits,
    private readonly monotonicMs: () => number = () => performance.now(),
  ) {
    this.#tokens = limits.burst;
    this.#filledAtMs = monotonicMs();
  }

  /**
   * Wait for one call's worth of quota.
   * @param lane what is served in turns: the key, and a tenant's base key is its own
   * @throws HsmError `unavailable` with `quota`: the wait would be too long
   */
  async take(lane: string): Promise<void> {
    this.#fill();
    if (this.#waiting === 0 && this.#tokens >= 1) {
      this.#tokens -= 1;
      return;
    }
    await this.#stand(lane);
  }

  #stand(lane: string): Promise<void> {
    const line = this.#lanes.get(lane) ?? [];
    // with turns, this call goes after as many rounds as its lane is long
    const rounds = (line.length + 1) * Math.max(1, this.#lanes.size);
    if ((Math.min(rounds, this.#waiting + 1) / this.limits.perSecond) * 1000 > this.limits.waitMs) throw quota();
    return new Promise<void>((resolve, reject) => {
      line.push({ go: resolve, refuse: reject });
      this.#lanes.set(lane, line);
      this.#waiting += 1;
      this.#schedule();
    });
  }

  /** Refuse those who wait; nothing is taken afterwards. */
  close(): void {
    clearTimeout(this.#timer);
    for (const line of this.#lanes.values()) for (const { refuse } of line) refuse(quota());
    this.#lanes.clear();
    this.#waiting = 0;
  }

  #fill(): void {
    const now = this.monotonicMs();
    const grown = ((now - this.#filledAtMs) / 1000) * this.limits.perSecond;
    this.#tokens = Math.min(this.limits.burst, this.#tokens + grown);
    this.#filledAtMs = now;
  }

  #schedule(): void {
    this.#timer ??= setTimeout(() => this.#serve(), Math.ceil(1000 / this.limits.perSecond));
  }

  /** One call of the lane whose turn it is; a lane that was served goes to the end. */
  #serve(): void {
    this.#timer = undefined;
    this.#fill();
    while (this.#tokens >= 1 && this.#waiting > 0) {
      const [[lane, line] = ['', []]] = this.#lanes;
      this.#lanes.delete(lane);
      const next = line.shift()!;
      if (line.length > 0) this.#lanes.set(lane, line);
      this.#tokens -= 1;
      this.#waiting -= 1;
      next.go();
    }
    if (this.#waiting > 0) this.#schedule();
  }
}

function quota(): HsmError {
  return new HsmError('unavailable', 'the quota of the HSM service is used up', { detail: 'quota' });
}
