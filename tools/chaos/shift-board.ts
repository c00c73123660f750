/** What one till is doing now. */
interface Step {
  readonly what: string;
  readonly reference: string;
  readonly sinceMs: number;
}

const SHOWN_MAX = 12;

/** Who waits for what, and how fast the run goes: so that a run that stands still says where. */
export class ShiftBoard {
  readonly #steps = new Map<number, Step>();
  readonly #waitsMs: number[] = [];
  readonly #startedMs: number;
  #served = 0;
  #seenAt: { ms: number; served: number };

  /** @param now monotonic milliseconds */
  constructor(private readonly now: () => number = () => performance.now()) {
    this.#startedMs = now();
    this.#seenAt = { ms: this.#startedMs, served: 0 };
  }

  /** Do one step of a till's work, and be seen doing it. Steps of one till follow each other. */
  async during<T>(till: number, step: { what: string; reference: string }, work: () => Promise<T>): Promise<T> {
    const sinceMs = this.now();
    this.#steps.set(till, { ...step, sinceMs });
    const result = await work(); // a failure leaves the step on the board: that is what was stuck
    this.#steps.delete(till);
    if (step.what === 'payment') this.#waitsMs.push(this.now() - sinceMs);
    return result;
  }

  served(): void {
    this.#served += 1;
  }

  /** One line: how many customers left, how fast since the last line, what the others wait for. */
  progress(total: number): string {
    const ms = this.now();
    const rate = (this.#served - this.#seenAt.served) / Math.max(0.001, (ms - this.#seenAt.ms) / 1000);
    this.#seenAt = { ms, served: this.#served };
    const waiting = new Map<string, number>();
    for (const { what } of this.#steps.values()) waiting.set(what, (waiting.get(what) ?? 0) + 1);
    const words = [...waiting].map(([what, count]) => `${count} in ${what}`).join(', ');
    const seconds = ((ms - this.#startedMs) / 1000).toFixed(0);
    return `${seconds} s: ${this.#served} of ${total} customers, ${rate.toFixed(1)}/s; ${words}`;
  }

  /** Customers per second since the first one came. */
  get perSecond(): number {
    return Math.round((this.#served / Math.max(0.001, (this.now() - this.#startedMs) / 1000)) * 10) / 10;
  }

  /** How long tills waited for the answer to a payment, milliseconds. */
  get waitsMs(): { p50: number; p95: number; max: number } {
    const sorted = [...this.#waitsMs].sort((one, other) => one - other);
    const at = (share: number) =>
      Math.round(sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? 0);
    return { p50: at(0.5), p95: at(0.95), max: at(1) };
  }

  /** The tills that wait longest, by what they wait for. */
  stuck(): string[] {
    const longest = [...this.#steps].sort(([, one], [, other]) => one.sinceMs - other.sinceMs);
    const lines = longest
      .slice(0, SHOWN_MAX)
      .map(
        ([till, { what, reference, sinceMs }]) =>
          `till ${till} waits for ${what} of ${reference} since ${((this.now() - sinceMs) / 1000).toFixed(0)} s`,
      );
    return longest.length > SHOWN_MAX ? [...lines, `and ${longest.length - SHOWN_MAX} more`] : lines;
  }
}
