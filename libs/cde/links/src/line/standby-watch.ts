import type { EndpointChoice } from './endpoint-choice.js';
import type { LineMeans } from './line-means.js';

const TICK_MS = 200;
const LOOK_MAX_MS = 60_000;
const LOOKS_PER_WAIT = 15;
const LOOK_TIMEOUT_MS = 3_000;

/** What the watch may do with its link. */
export interface WatchedLink {
  /** Nothing in flight, and no move under way. */
  isIdle(): boolean;
  goBack(): void;
  /** Ask the open breaker whether it is time to try again. */
  probe(): void;
}

/** The slow pulse of a link: looks whether the primary is back while the link is on a standby, and lets an open breaker try again. */
export class StandbyWatch {
  readonly #stopped = new AbortController();
  #running: Promise<void> | undefined;
  #nextLookMs = 0;

  constructor(
    private readonly choice: EndpointChoice,
    private readonly means: LineMeans,
    private readonly link: WatchedLink,
  ) {}

  start(): void {
    this.#running ??= this.#run();
  }

  async stop(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      this.link.probe();
      if (this.choice.watchesPrimary) await this.#lookAtPrimary();
      if (this.choice.isBackDue && this.link.isIdle()) this.link.goBack();
      await this.means.clock.sleep(TICK_MS, this.#stopped.signal);
    }
  }

  /** A connection that is opened and closed again: signing on there is for the move itself. */
  async #lookAtPrimary(): Promise<void> {
    const { clock, dialer } = this.means;
    if (clock.monotonicMs() < this.#nextLookMs) return;
    this.#nextLookMs = clock.monotonicMs() + Math.min(LOOK_MAX_MS, this.choice.backAfterMs / LOOKS_PER_WAIT);
    const { host, port } = this.choice.primary;
    const silent = { onBytes: () => undefined, onClose: () => undefined };
    try {
      const wire = await dialer.dial({ host, port, timeoutMs: LOOK_TIMEOUT_MS }, silent);
      wire.close();
      this.choice.sawPrimary(true);
    } catch {
      this.choice.sawPrimary(false);
    }
  }
}
