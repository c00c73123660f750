import type { Clock } from '@tsunagu/kernel';
import type { CardAtHand } from '@tsunagu/links';
import type { Desks, Envelopes, SwitchingLog } from './desk.js';
import type { Journal } from './journal/journal.js';
import { LinkCalendar } from './reconciliation/link-calendar.js';
import type { WatchFacts } from './reconciliation/reconciliation-books.js';
import { Endings } from './reversal/endings.js';
import { TerminalOrder } from './store-and-forward/terminal-order.js';
import { Flights } from './submit/flights.js';

/** The outside of the switching service: everything a simulation replaces. */
export interface SwitchingPorts {
  readonly journal: Journal;
  readonly desks: Desks;
  readonly envelopes: Envelopes;
  readonly clock: Clock;
  readonly log: SwitchingLog;
  /** Asked with the open card before a charge is built; absent where there is no list. */
  readonly cardRisk?: CardRisk;
  /** Remembers an approval that somebody must look at; absent where nobody reconciles. */
  readonly watches?: Watches;
}

/** Approvals that came when nothing could be done with them: each is remembered once. */
export interface Watches {
  watch(link: string, facts: WatchFacts): Promise<void>;
}

/** A look at the card itself, in the only place where it is open. @param tenantId whose payment it is @returns why it may not go out, as the reason of an attempt */
export interface CardRisk {
  refusal(card: CardAtHand, tenantId: string): Promise<string | undefined>;
}

/** What the parts of one process share in memory. All of it may be lost at any instant: the journal is the truth. */
export class SwitchingMemory {
  readonly flights = new Flights();
  readonly order: TerminalOrder;
  readonly endings: Endings;
  readonly calendar: LinkCalendar;
  readonly #bells = new Map<string, () => void>();

  constructor(clock: Clock) {
    this.order = new TerminalOrder(clock);
    this.endings = new Endings(clock);
    this.calendar = new LinkCalendar(clock);
  }

  /** Wake the store-and-forward worker of a link; without one the entry waits for its poll. */
  ring(link: string): void {
    this.#bells.get(link)?.();
  }

  onRing(link: string, wake: () => void): void {
    this.#bells.set(link, wake);
  }
}
