import type { Clock } from '@tsunagu/kernel';

/**
 * Timers of many requests for the price of one: all of one length expire in the order in which they began, so one sleep waits for the
 * eldest of each length. Monotonic: a step of the wall clock moves none of them.
 */
export class Deadlines {
  readonly #lanes = new Map<number, Lane>();

  constructor(
    private readonly clock: Clock,
    private readonly expire: (key: string) => void,
  ) {}

  /** One deadline per key at a time. */
  begin(key: string, timeoutMs: number): void {
    const lane = this.#lanes.get(timeoutMs) ?? new Lane();
    this.#lanes.set(timeoutMs, lane);
    lane.due.set(key, this.clock.monotonicMs() + timeoutMs);
    if (lane.sleeping === undefined) void this.#watch(lane, timeoutMs);
  }

  /** The request ended by itself. */
  end(key: string, timeoutMs: number): void {
    this.#lanes.get(timeoutMs)?.due.delete(key);
  }

  /** Wake everything that sleeps: nothing is waited for any more. */
  close(): void {
    for (const lane of this.#lanes.values()) {
      lane.due.clear();
      lane.sleeping?.abort();
    }
  }

  async #watch(lane: Lane, timeoutMs: number): Promise<void> {
    const sleeping = (lane.sleeping = new AbortController());
    for (let next = lane.eldest(); next !== undefined; next = lane.eldest()) {
      const leftMs = next - this.clock.monotonicMs();
      if (leftMs > 0) await this.clock.sleep(leftMs, sleeping.signal);
      const now = this.clock.monotonicMs();
      for (const [key, dueMs] of lane.due) {
        if (dueMs > now) break;
        lane.due.delete(key);
        this.expire(key);
      }
    }
    lane.sleeping = undefined;
    this.#lanes.delete(timeoutMs);
  }
}

class Lane {
  /** Insertion order is the order in which they are due. */
  readonly due = new Map<string, number>();
  sleeping: AbortController | undefined;

  eldest(): number | undefined {
    for (const dueMs of this.due.values()) return dueMs;
    return undefined;
  }
}
