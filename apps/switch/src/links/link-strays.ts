import type { Stray } from '@tsunagu/links';
import { sql, type Centre } from '@tsunagu/platform';
import type { Clock } from '@tsunagu/kernel';

const WRITE = sql(
  'link_stray_write',
  `insert into switch.link_stray (at, link, kind, mti, stan, rrn, local_time, action_code, message)
   values ($1, $2, $3, $4, $5, $6, $7, $8, $9)`,
);
/** A counterpart that answers everything twice must not fill our disk: the rest is counted only. */
const PER_SECOND_MAX = 20;

/** Answers that nobody waited for, as they came, masked. @source reference/iso8583-1993.md §13.4 */
export class LinkStrays {
  #second = 0;
  #written = 0;

  constructor(
    private readonly centre: Centre,
    private readonly clock: Clock,
  ) {}

  /** @throws DatabaseError */
  async write(link: string, { kind, message }: Stray): Promise<void> {
    if (!this.#mayWrite()) return;
    const names = [11, 37, 12, 39].map((field) => message.text(field) ?? null);
    await this.centre.query(WRITE, [this.clock.now(), link, kind, message.mti, ...names, JSON.stringify(message)]);
  }

  #mayWrite(): boolean {
    const second = Math.floor(this.clock.monotonicMs() / 1_000);
    if (second !== this.#second) [this.#second, this.#written] = [second, 0];
    this.#written += 1;
    return this.#written <= PER_SECOND_MAX;
  }
}
