import type { WireOutcome } from '@tsunagu/contracts';
import type { AttemptKey } from '../journal/journal.js';

/** One attempt that this process is working on. */
export interface Flight {
  /** Set when a reversal was decided: the message must not leave any more, if it has not yet. */
  isAbandoned: boolean;
}

/** Attempts in flight in this process: a second caller gets the first one's promise, so a message is built once. */
export class Flights {
  readonly #flights = new Map<string, { flight: Flight; outcome: Promise<WireOutcome> }>();

  get size(): number {
    return this.#flights.size;
  }

  has(key: AttemptKey): boolean {
    return this.#flights.has(nameOf(key));
  }

  /** Join the flight of this attempt, or start it. */
  join(key: AttemptKey, start: (flight: Flight) => Promise<WireOutcome>): Promise<WireOutcome> {
    const name = nameOf(key);
    const known = this.#flights.get(name);
    if (known !== undefined) return known.outcome;
    const flight: Flight = { isAbandoned: false };
    const outcome = start(flight).finally(() => this.#flights.delete(name));
    this.#flights.set(name, { flight, outcome });
    return outcome;
  }

  /** From this instant the attempt's own message cannot leave: its reversal may, without being overtaken. */
  abandon(key: AttemptKey): void {
    const known = this.#flights.get(nameOf(key));
    if (known !== undefined) known.flight.isAbandoned = true;
  }

  /** Resolve when no flight is left. */
  async settled(): Promise<void> {
    await Promise.allSettled([...this.#flights.values()].map(({ outcome }) => outcome));
  }
}

function nameOf(key: AttemptKey): string {
  return `${key.tenantId}/${key.attemptId}`;
}
