interface Step {
  readonly atMs: number;
  readonly what: string;
}

/** What tills did for each customer, and when. */
export class StepLog {
  readonly #steps = new Map<string, Step[]>();
  readonly #serving = new Map<number, string>();

  /** @param now monotonic milliseconds */
  constructor(readonly now: () => number = () => performance.now()) {}

  /** A till has a new customer: what it does from now on is done for this purchase. */
  begin(till: number, reference: string): void {
    this.#serving.set(till, reference);
    this.#steps.set(reference, []);
  }

  note(till: number, what: string): void {
    this.#steps.get(this.#serving.get(till) ?? '')?.push({ atMs: this.now(), what });
  }

  /** What was done for a purchase since then, each step with its time, and what was being done when that began. */
  since(reference: string, sinceMs: number): string[] {
    const steps = this.#steps.get(reference) ?? [];
    const before = steps.filter(({ atMs }) => atMs < sinceMs).slice(-1);
    return [...before, ...steps.filter(({ atMs }) => atMs >= sinceMs)].map(
      ({ atMs, what }) => `${atMs < sinceMs ? '' : '+'}${((atMs - sinceMs) / 1_000).toFixed(1)} s ${what}`,
    );
  }
}
