import { LinkCounters } from '@tsunagu/links';
import { sql, type Centre } from '@tsunagu/platform';
import { LinkElsewhereError } from '../lease/link-elsewhere-error.js';

/** A former leader gets no number any more: whatever it would send with one is not its to send. */
const RESERVE = sql(
  'stan_reserve',
  `insert into switch.stan_counter (link, next)
   select $1, 1 + $2::bigint where $3::bigint is null or exists (select from switch.link_lease l where l.link = $4 and l.fence = $3)
   on conflict (link) do update set next = stan_counter.next + $2::bigint returning next - $2::bigint as first`,
);

const LAST = sql('stan_last', 'select next - 1 as last from switch.stan_counter where link = $1');

/** The leadership under which numbers are taken. */
export interface FencedBy {
  readonly link: string;
  readonly lease: { readonly fence: number | null };
}

/** Counters of a link in PostgreSQL: a block is gone once it was given out, whatever happens to the process. */
export class PostgresStanBlocks extends LinkCounters {
  /** @param fencedBy absent where only one process can be: in the tools */
  constructor(
    private readonly centre: Centre,
    private readonly fencedBy?: FencedBy,
  ) {
    super();
  }

  /** @throws LinkElsewhereError this process does not lead the link */
  override async reserve(counter: string, size: number): Promise<number> {
    const fence = this.fencedBy === undefined ? null : (this.fencedBy.lease.fence ?? 0);
    const link = this.fencedBy?.link ?? counter;
    const [row] = await this.centre.query<{ first: string }>(RESERVE, [counter, size, fence, link]);
    if (row === undefined) throw new LinkElsewhereError(link);
    return Number(row.first);
  }

  override async last(counter: string): Promise<number> {
    const [row] = await this.centre.query<{ last: string }>(LAST, [counter]);
    return row === undefined ? 0 : Number(row.last);
  }
}
