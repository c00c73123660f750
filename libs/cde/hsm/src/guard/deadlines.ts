interface Running {
  readonly untilMs: number;
  readonly giveUp: () => void;
}

/**
 * The same time limit for many calls, with one timer: they end in the order in which they began, so the oldest is the only one to
 * wait for. A timer and a race for each call cost more than the block ciphers of a card's last steps.
 */
export class Deadlines {
  /** In the order of their ends. */
  readonly #running = new Set<Running>();
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly limitMs: number,
    private readonly late: () => Error,
  ) {}

  /**
   * The answer of `call`, or its failure, or `late` when neither comes in time. An answer that comes later is dropped.
   * @throws what `call` throws, also before it returns a promise
   */
  within<T>(call: () => Promise<T>): Promise<T> {
    return new Promise<T>((resolve, reject) => {
      const running = { untilMs: performance.now() + this.limitMs, giveUp: () => reject(this.late()) };
      this.#begin(running);
      call().then(
        (answer) => {
          this.#running.delete(running);
          resolve(answer);
        },
        (error: unknown) => {
          this.#running.delete(running);
          reject(error);
        },
      );
    });
  }

  /** The process need not stay for the calls under way; while it does, they still end in time. */
  letGo(): void {
    this.#timer?.unref();
  }

  #begin(running: Running): void {
    this.#running.add(running);
    if (this.#timer === undefined) this.#wait(this.limitMs);
  }

  #wait(delayMs: number): void {
    this.#timer = setTimeout(() => this.#giveUpLate(), Math.max(1, Math.ceil(delayMs)));
  }

  #giveUpLate(): void {
    this.#timer = undefined;
    const nowMs = performance.now();
    for (const running of this.#running) {
      if (running.untilMs > nowMs) return this.#wait(running.untilMs - nowMs);
      this.#running.delete(running);
      running.giveUp();
    }
  }
}
