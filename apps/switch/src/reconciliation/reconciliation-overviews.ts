import { Injectable } from '@nestjs/common';
import { Centre, sql } from '@tsunagu/platform';

const BALANCES = sql(
  'reconciliation_balances',
  `select t.link, t.business_date::text, t.currency::text, t.product, t.class, t.sign, sum(t.number)::text as number,
          sum(t.amount_minor)::text as amount_minor
     from switch.link_total t
    where ($1::text is null or t.link = $1)
      and t.business_date >= (select max(business_date) from switch.link_total m where m.link = t.link) - 7
    group by 1, 2, 3, 4, 5, 6 having sum(t.number) <> 0 order by 1, 2 desc, 3, 4, 5, 6`,
);
const EXCHANGES = sql(
  'reconciliation_exchanges',
  `select link, business_date::text, currency::text, kind, number, state, tries, action_code::text, theirs, opened_at, ended_at
     from switch.reconciliation where ($1::text is null or link = $1) order by opened_at desc limit 100`,
);
const OPEN_CASES = sql(
  'difference_cases_open',
  `select link, count(*)::int as open, count(*) filter (where deadline < $1)::int as late from switch.difference_case
   where state = 'open' group by link`,
);

const WATCHES = sql(
  'reconciliation_watches',
  `select link, rrn::text, local_time::text, reason, amount_minor::text, business_date::text, seen_at from switch.reconciliation_watch
   where ($1::text is null or link = $1) order by seen_at desc limit 100`,
);

/** An approval that came when nothing could be done with it any more, or that belongs to nothing. */
export interface WatchLine {
  readonly link: string;
  readonly rrn: string;
  readonly local_time: string;
  readonly reason: 'late_approval' | 'unmatched';
  readonly amount_minor: string | null;
  readonly business_date: string;
  readonly seen_at: Date;
}

interface Counter {
  readonly link: string;
  readonly business_date: string;
  readonly currency: string;
  readonly product: string;
  readonly class: string;
  readonly sign: string;
  readonly number: string;
  readonly amount_minor: string;
}

interface Exchange {
  readonly link: string;
  readonly business_date: string;
  readonly currency: string;
  readonly kind: string;
  readonly number: number;
  readonly state: string;
  readonly tries: number;
  readonly action_code: string | null;
  readonly theirs: object | null;
  readonly opened_at: Date;
  readonly ended_at: Date | null;
}

/** One link and what was counted and exchanged on it in the last week. Amounts are text, in minor units. */
export interface LinkBalance {
  readonly link: string;
  readonly counters: readonly Omit<Counter, 'link'>[];
  readonly exchanges: readonly Omit<Exchange, 'link'>[];
}

/** Counters and exchanges as people read them. */
@Injectable()
export class ReconciliationOverviews {
  constructor(private readonly centre: Centre) {}

  async balances(link?: string): Promise<LinkBalance[]> {
    const counters = await this.centre.query<Counter>(BALANCES, [link ?? null]);
    const exchanges = await this.centre.query<Exchange>(EXCHANGES, [link ?? null]);
    const names = [...new Set([...counters, ...exchanges].map((one) => one.link))].sort((a, b) => a.localeCompare(b));
    return names.map((name) => ({ link: name, counters: of(counters, name), exchanges: of(exchanges, name) }));
  }

  watches(link?: string): Promise<WatchLine[]> {
    return this.centre.query<WatchLine>(WATCHES, [link ?? null]);
  }

  /** Open difference cases by link, and how many are past their deadline. */
  openCases(at: Date): Promise<{ link: string; open: number; late: number }[]> {
    return this.centre.query<{ link: string; open: number; late: number }>(OPEN_CASES, [at]);
  }
}

function of<Row extends { readonly link: string }>(rows: readonly Row[], link: string): Omit<Row, 'link'>[] {
  return rows.filter((row) => row.link === link).map(({ link: _link, ...row }) => row);
}
