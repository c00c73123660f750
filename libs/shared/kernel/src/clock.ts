/** Where time comes from. Wall time for records, monotonic time for timers; both can be driven by a test. */
export abstract class Clock {
  /** Wall clock, UTC. */
  abstract now(): Date;
  /** Milliseconds that only grow, for measuring and for timers. */
  abstract monotonicMs(): number;
  /** Resolve after `delayMs`; rejects never. @param signal ends the wait early */
  abstract sleep(delayMs: number, signal?: AbortSignal): Promise<void>;
}

/** The machine's clock. */
export class SystemClock extends Clock {
  now(): Date {
    return new Date();
  }

  monotonicMs(): number {
    return performance.now();
  }

  sleep(delayMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal?.aborted) return resolve();
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        resolve();
      };
      const timer = setTimeout(done, delayMs);
      signal?.addEventListener('abort', done, { once: true });
    });
  }
}

/**
 * Business date of an instant: the calendar date in Asia/Tokyo, moved by the merchant's cut-off.
 * @param cutOffMinutes minutes after midnight JST until which the former day is still open, 0 to 720
 * @returns `YYYY-MM-DD`
 */
export function businessDate(at: Date, cutOffMinutes = 0): string {
  return new Date(at.getTime() + (9 * 60 - cutOffMinutes) * 60_000).toISOString().slice(0, 10);
}
