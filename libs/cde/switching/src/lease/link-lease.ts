import type { Clock } from '@tsunagu/kernel';
import { sql, type Centre } from '@tsunagu/platform';
import type { LeaseRef } from '../journal/journal.js';

const TTL_MS = 10_000;
/** Stop writing this long before the database lets another process in. */
const MARGIN_MS = 2_000;

/** A node that comes back takes its own lease over at once, with a new fence: its former life cannot renew any more. */
const ACQUIRE = sql(
  'link_lease_acquire',
  `insert into switch.link_lease as held (link, owner, fence, until) values ($1, $2, 1, now() + $3 * interval '1 millisecond')
   on conflict (link) do update set owner = excluded.owner, fence = held.fence + 1, until = excluded.until
     where held.until < now() or held.owner = excluded.owner
   returning fence`,
);
const RENEW = sql(
  'link_lease_renew',
  `update switch.link_lease set until = now() + $4 * interval '1 millisecond' where link = $1 and owner = $2 and fence = $3 returning fence`,
);
const RELEASE = sql(
  'link_lease_release',
  'update switch.link_lease set until = now() where link = $1 and owner = $2 and fence = $3',
);

/**
 * Leadership of one link: at most one process writes on it.
 * The holder believes it by its own monotonic clock, and stops believing before the database does.
 */
export class LinkLease {
  #fence: number | null = null;
  #heldUntilMs = 0;

  constructor(
    private readonly link: string,
    private readonly owner: string,
    private readonly centre: Centre,
    private readonly clock: Clock,
  ) {}

  /** Fencing number while this process leads, else null. Looked at in the instant of every write. */
  get fence(): number | null {
    return this.clock.monotonicMs() < this.#heldUntilMs ? this.#fence : null;
  }

  /** Renew what is held, or try to take the link. @returns the lease when it was taken anew */
  async keep(): Promise<LeaseRef | undefined> {
    const askedAtMs = this.clock.monotonicMs();
    if (this.#fence !== null && (await this.#renew(this.#fence))) {
      this.#heldUntilMs = askedAtMs + TTL_MS - MARGIN_MS;
      return undefined;
    }
    const [row] = await this.centre.query<{ fence: string }>(ACQUIRE, [this.link, this.owner, TTL_MS]);
    this.#fence = row === undefined ? null : Number(row.fence);
    this.#heldUntilMs = askedAtMs + TTL_MS - MARGIN_MS;
    return this.#fence === null ? undefined : { link: this.link, fence: this.#fence };
  }

  /** Give the link up, so that another process need not wait. */
  async release(): Promise<void> {
    const fence = this.#fence;
    this.#fence = null;
    if (fence !== null) await this.centre.query(RELEASE, [this.link, this.owner, fence]);
  }

  async #renew(fence: number): Promise<boolean> {
    const rows = await this.centre.query(RENEW, [this.link, this.owner, fence, TTL_MS]);
    return rows.length > 0;
  }
}
