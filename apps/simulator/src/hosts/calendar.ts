import { dateInJapan } from './wire-clock.js';

/**
 * The business date of a host (field 15): today in Japan, or the later date to which it was cut over.
 * The date decides which reconciliation a transaction belongs to.
 * @source iso8583-1993.md §14.1
 */
export class HostCalendar {
  #cutOverTo: string | undefined;

  constructor(
    private readonly now: () => number,
    cutOverTo?: string,
  ) {
    this.#cutOverTo = cutOverTo;
  }

  /** YYMMDD. */
  get date(): string {
    const today = dateInJapan(this.now());
    return this.#cutOverTo !== undefined && this.#cutOverTo > today ? this.#cutOverTo : today;
  }

  /** @returns false when the date lies before the one that stands: a closed date does not come back */
  cutOver(date: string): boolean {
    if (date < this.date) return false;
    this.#cutOverTo = date;
    return true;
  }
}
