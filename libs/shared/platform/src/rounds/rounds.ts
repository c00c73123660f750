import { AppError, SystemClock, type Clock } from '@tsunagu/kernel';

/** Work that a process does again and again beside its requests. */
export interface RoundsPlan {
  /** Pause between the end of one round and the begin of the next. */
  readonly everyMs: number;
  /** One round. @returns true when there is more to do at once */
  work(): Promise<unknown>;
  /**
   * Hears of a failure once per kind (its code, or its class) until a round succeeds: an outage of an hour is one line a kind, not
   * hundreds. The next round comes in any case.
   */
  failed(error: unknown): void;
}

/**
 * Rounds of one kind of work: never two at once, however long one takes; a failure ends its round and not the rounds; a stop waits for
 * the round under way, so that nobody closes the database below it.
 */
export class Rounds {
  readonly #stopped = new AbortController();
  readonly #known = new Set<string>();
  #running: Promise<void> | undefined;

  constructor(
    private readonly plan: RoundsPlan,
    private readonly clock: Clock = new SystemClock(),
  ) {}

  /** From now on. A second call changes nothing. @param first `later`: after one pause, for those who did the first round themselves */
  start(first: 'now' | 'later' = 'later'): void {
    this.#running ??= this.#run(first === 'now');
  }

  /** No round begins any more. @returns when the one under way has ended; rejects never */
  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  /** One round, or other work of the same kind, whose failure nobody else hears. @returns whether there is more to do; false when it failed */
  async attempt(work: () => Promise<unknown> = () => this.plan.work()): Promise<boolean> {
    try {
      const isMore = (await work()) === true;
      this.#known.clear();
      return isMore;
    } catch (error) {
      const kind = kindOf(error);
      if (!this.#known.has(kind)) this.plan.failed(error);
      this.#known.add(kind);
      return false;
    }
  }

  async #run(isDue: boolean): Promise<void> {
    const { signal } = this.#stopped;
    for (let isNext = isDue; !signal.aborted;) {
      if (!isNext) await this.clock.sleep(this.plan.everyMs, signal);
      if (!signal.aborted) isNext = await this.attempt();
    }
  }
}

function kindOf(error: unknown): string {
  if (error instanceof AppError) return `${error.constructor.name}:${error.code}`;
  return error instanceof Error ? error.constructor.name : typeof error;
}
