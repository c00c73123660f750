interface Step {
  readonly atMs: number;
  readonly what: string;
}

/** What each till did for the customer that it serves now, and when. */
export class StepLog {
  readonly #steps = new Map<number, Step[]>();

  /** @param now monotonic milliseconds */
  constructor(readonly now: () => number = () => performance.now()) {}

  /** A new customer: what was done for the one before is forgotten. */
  begin(till: number): void {
    this.#steps.set(till, []);
  }

  note(till: number, what: string): void {
    this.#steps.get(till)?.push({ atMs: this.now(), what });
  }

  /** What a till has done since then, each step with its time, and what it was doing when that began. */
  since(till: number, sinceMs: number): string[] {
    const steps = this.#steps.get(till) ?? [];
    const before = steps.filter(({ atMs }) => atMs < sinceMs).slice(-1);
    return [...before, ...steps.filter(({ atMs }) => atMs >= sinceMs)].map(
      ({ atMs, what }) => `${atMs < sinceMs ? '' : '+'}${((atMs - sinceMs) / 1_000).toFixed(1)} s ${what}`,
    );
  }
}
