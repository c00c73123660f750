import pg from 'pg';

/** One counter of a link that is not what its journal says. Amounts are text, in minor units. */
export interface TotalsDifference {
  readonly link: string;
  readonly businessDate: string;
  readonly currency: string;
  readonly counter: string;
  readonly counted: string;
  readonly journalled: string;
}

/** What the proof looked at, and what it found. */
export interface TotalsReport {
  readonly counters: number;
  readonly differences: readonly TotalsDifference[];
}

const PROOF = `
  with counted as (
    select link, business_date, currency::text, product, class, sign, sum(number)::bigint as number, sum(amount_minor)::bigint as amount
      from switch.link_total group by 1, 2, 3, 4, 5, 6),
  journalled as (
    select j.link, c.business_date, j.currency::text, j.request->>'method' as product, switch.total_class(j.request->>'operation') as class, c.sign,
           count(*) as number, sum(c.amount)::bigint as amount
      from switch.journal j cross join lateral switch.contributions(j) c
     where j.business_date is not null or j.reversal_date is not null group by 1, 2, 3, 4, 5, 6)
  select coalesce(c.link, j.link) as link, coalesce(c.business_date, j.business_date)::text as "businessDate",
         coalesce(c.currency, j.currency) as currency, concat_ws(' ', coalesce(c.product, j.product), coalesce(c.class, j.class), coalesce(c.sign, j.sign)) as counter,
         coalesce(c.number, 0) || ' for ' || coalesce(c.amount, 0) as counted, coalesce(j.number, 0) || ' for ' || coalesce(j.amount, 0) as journalled
    from counted c full join journalled j using (link, business_date, currency, product, class, sign)`;

/** Prove that the counters of every link are the sum over its journal. @param ownerUrl a login that owns the tables */
export async function verifyTotals(ownerUrl: string): Promise<TotalsReport> {
  const client = new pg.Client({ connectionString: ownerUrl });
  await client.connect();
  try {
    const { rows } = await client.query<TotalsDifference>(PROOF);
    return { counters: rows.length, differences: rows.filter((row) => row.counted !== row.journalled) };
  } finally {
    await client.end();
  }
}
