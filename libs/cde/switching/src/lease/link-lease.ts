import type { Clock } from '@tsunagu/kernel';
import { sql, type Centre } from '@tsunagu/platform';
import type { LeaseRef } from '../journal/journal.js';

/** Another process leads a link at the latest this long after its leader died. With taking over and signing on it stays under five seconds. */
const TTL_MS = 4_000;
/** Stop writing this long before the database lets another process in. */
const MARGIN_MS = 1_000;

/** A node that comes back takes its own lease over at once, with a new fence: its former life cannot renew any more. */
const ACQUIRE = sql(
  'link_lease_acquire',
  `insert into switch.link_lease as held (link, owner, fence, until, address)
   values ($1, $2, 1, now() + $3 * interval '1 millisecond', $4)
   on conflict (link) do update set owner = excluded.owner, fence = held.fence + 1, until = excluded.until, address = excluded.address
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
const HOLDER = sql(
  'link_lease_holder',
  'select owner, address from switch.link_lease where link = $1 and until > now()',
);

/** Who wants to lead: its name among living processes, and where the others reach it. */
export interface LeaseNode {
  readonly name: string;
  /** Base URL of its internal doors; empty when no other process may ask it. */
  readonly address: string;
}

/**
 * Leadership of one link: at most one process writes on it.
 * The holder believes it by its own monotonic clock, and stops believing before the database does.
 */
export class LinkLease {
  readonly #node: LeaseNode;
  #fence: number | null = null;
  #heldUntilMs = 0;

  constructor(
    private readonly link: string,
    node: string | LeaseNode,
    private readonly centre: Centre,
    private readonly clock: Clock,
  ) {
    this.#node = typeof node === 'string' ? { name: node, address: '' } : node;
  }

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
    this.#fence = null; // another process led, or may have: what was believed before is over
    const { name, address } = this.#node;
    const [row] = await this.centre.query<{ fence: string }>(ACQUIRE, [this.link, name, TTL_MS, address]);
    if (row === undefined) return undefined;
    this.#fence = Number(row.fence);
    this.#heldUntilMs = askedAtMs + TTL_MS - MARGIN_MS;
    return { link: this.link, fence: this.#fence };
  }

  /** Where the process that leads the link now is asked. @returns undefined when it is this one, nobody, or one that may not be asked */
  async holder(): Promise<string | undefined> {
    const [row] = await this.centre.query<{ owner: string; address: string }>(HOLDER, [this.link]);
    return row === undefined || row.owner === this.#node.name || row.address === '' ? undefined : row.address;
  }

  /** Give the link up, so that another process need not wait. */
  async release(): Promise<void> {
    const fence = this.#fence;
    this.#fence = null;
    if (fence !== null) await this.centre.query(RELEASE, [this.link, this.#node.name, fence]);
  }

  async #renew(fence: number): Promise<boolean> {
    const rows = await this.centre.query(RENEW, [this.link, this.#node.name, fence, TTL_MS]);
    return rows.length > 0;
  }
}
