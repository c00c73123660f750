import { invariant } from '@tsunagu/kernel';
import { StanBlocks } from '@tsunagu/links';
import { sql, type Centre } from '@tsunagu/platform';

const RESERVE = sql(
  'stan_reserve',
  `insert into switch.stan_counter (link, next) values ($1, 1 + $2::bigint)
   on conflict (link) do update set next = stan_counter.next + $2::bigint returning next - $2::bigint as first`,
);

/** STAN counters in PostgreSQL: a block is gone once it was given out, whatever happens to the process. */
export class PostgresStanBlocks extends StanBlocks {
  constructor(private readonly centre: Centre) {
    super();
  }

  override async reserve(link: string, size: number): Promise<number> {
    const [row] = await this.centre.query<{ first: string }>(RESERVE, [link, size]);
    invariant(row !== undefined, 'a counter gives a number');
    return Number(row.first);
  }
}
