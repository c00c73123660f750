import type { Clock } from '@tsunagu/kernel';
import type { AttemptKey } from '../journal/journal.js';

/** Tells callers of this process that a store-and-forward entry of their attempt has ended. */
export class Endings {
  readonly #waiting = new Map<string, Set<() => void>>();

  constructor(private readonly clock: Clock) {}

  announce(key: AttemptKey): void {
    for (const wake of this.#waiting.get(key.attemptId) ?? []) wake();
  }

  /**
   * Start listening now, so that an end between a look and a wait is not missed.
   * @returns wait at most `waitMs` for the end; call it exactly once
   */
  listen(key: AttemptKey): (waitMs: number) => Promise<void> {
    const timer = new AbortController();
    const wake = () => timer.abort();
    const waiting = this.#waiting.get(key.attemptId) ?? new Set();
    waiting.add(wake);
    this.#waiting.set(key.attemptId, waiting);
    return async (waitMs) => {
      if (waitMs > 0) await this.clock.sleep(waitMs, timer.signal);
      waiting.delete(wake);
      if (waiting.size === 0) this.#waiting.delete(key.attemptId);
    };
  }
}
