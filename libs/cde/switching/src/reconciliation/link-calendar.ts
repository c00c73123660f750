import type { IsoMessage } from '@tsunagu/iso8583';
import type { Clock } from '@tsunagu/kernel';
import { isoDate } from '@tsunagu/links';

const JAPAN_MS = 9 * 3_600_000;
const DAY_MS = 86_400_000;
/** A peer's book may be ahead over the longest run of holidays; anything beyond is a fault of its clock, or of the message. */
const PLAUSIBLE_DAYS = 15;

type Listener = (businessDate: string) => void;

/**
 * The business date of each link, as its peer says it in field 15 and in cutovers. Dates are YYYY-MM-DD.
 * Lost with the process: the database keeps the days, and whoever leads the link tells them again.
 */
export class LinkCalendar {
  readonly #open = new Map<string, string>();
  readonly #listeners = new Map<string, Listener>();

  constructor(private readonly clock: Clock) {}

  /** The date that is open on the link; Japan's date while nobody has said one. */
  current(link: string): string {
    return this.#open.get(link) ?? dateInJapan(this.clock.now());
  }

  /** Which reconciliation an answer belongs to. A date that cannot be is as good as none. @source reference/iso8583-1993.md §14.1 */
  dateOf(link: string, message: IsoMessage): string {
    const said = isoDate(message.text(15));
    if (said === undefined || !this.#isPlausible(said)) return this.current(link);
    this.learn(link, said);
    return said;
  }

  /** A later date opens; an earlier one is that of a message in flight. */
  learn(link: string, businessDate: string): void {
    const known = this.#open.get(link);
    if (known !== undefined && known >= businessDate) return;
    this.#open.set(link, businessDate);
    this.#listeners.get(link)?.(businessDate);
  }

  onNewDay(link: string, listener: Listener): void {
    this.#listeners.set(link, listener);
  }

  #isPlausible(businessDate: string): boolean {
    const today = Date.parse(dateInJapan(this.clock.now()));
    return Math.abs(Date.parse(businessDate) - today) <= PLAUSIBLE_DAYS * DAY_MS;
  }
}

function dateInJapan(at: Date): string {
  return new Date(at.getTime() + JAPAN_MS).toISOString().slice(0, 10);
}
