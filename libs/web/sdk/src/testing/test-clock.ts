import type { TillClock } from '../transport/till-clock.js';

/** Time that passes only when the SDK sleeps: no test waits. A timer rings only when the test rings it. */
export class TestClock implements TillClock {
  /** Milliseconds of every pause, in order. */
  readonly pauses: number[] = [];
  /** Milliseconds that every timer was set to, in order. */
  readonly timersMs: number[] = [];
  /** Timers that are running. */
  readonly rings = new Set<() => void>();
  #elapsedMs = 0;

  /** @param startMs what the device believes the time to be */
  constructor(private startMs = Date.UTC(2026, 10, 23)) {}

  wallMs(): number {
    return this.startMs + this.#elapsedMs;
  }

  monotonicMs(): number {
    return this.#elapsedMs;
  }

  sleep(ms: number, signal: AbortSignal): Promise<void> {
    if (signal.aborted) return Promise.reject(signal.reason as Error);
    this.pauses.push(ms);
    this.#elapsedMs += ms;
    return Promise.resolve();
  }

  timer(ms: number, ring: () => void): () => void {
    this.timersMs.push(ms);
    this.rings.add(ring);
    return () => this.rings.delete(ring);
  }

  /** Somebody sets the device's clock. */
  setBack(ms: number): void {
    this.startMs -= ms;
  }

  pass(ms: number): void {
    this.#elapsedMs += ms;
  }
}
