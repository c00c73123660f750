/** What happens at the two ends of an outage. */
export interface OutageReports {
  begins(): void;
  ends(): void;
}

/** Turns a rain of errors into two events: it began, and it has been over for a while. */
export class Outage {
  #timer: NodeJS.Timeout | undefined;

  /** @param quietMs time without an error after which it is over */
  constructor(
    private readonly quietMs: number,
    private readonly reports: OutageReports,
  ) {}

  /** One more error. */
  strike(): void {
    if (this.#timer !== undefined) {
      this.#timer.refresh();
      return;
    }
    this.reports.begins();
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.reports.ends();
    }, this.quietMs);
    this.#timer.unref(); // news of a recovery is no reason to stay alive
  }

  /** Nothing more will be reported of this outage. */
  forget(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
  }
}
