import { isCurrency, newId, type CurrencyCode } from '@tsunagu/kernel';
import type { TotalClass, Totals } from '@tsunagu/links';
import { sql, UniqueViolationError, type Centre, type Storable } from '@tsunagu/platform';
import type { LeaseRef } from '../journal/journal.js';
import {
  ReconciliationBooks,
  type CaseDraft,
  type DayTeller,
  type ReconciliationKey,
  type Run,
  type RunDraft,
  type RunEnd,
  type RunKind,
  type RunState,
  type WatchFacts,
} from '../reconciliation/reconciliation-books.js';
import { totalsFromJson, totalsOf, totalsToJson, type TotalsJson } from '../reconciliation/totals.js';

const LEADS = 'exists (select from switch.link_lease l where l.link = $2 and l.fence = $3)';
const RUN = `id, link, business_date::text, currency::text, kind, number, state, stan::text, local_time::text, tries, action_code::text, ours, theirs,
  opened_at`;
/** One open case a date: another difference of the same date is looked into again. */
const ONCE_OPEN = `on conflict (link, business_date, currency) where state = 'open'
       do update set details = 'wanted', reconciliation_id = excluded.reconciliation_id`;
const OPEN_DAY = sql(
  'link_day_open',
  `insert into switch.link_day (link, business_date, opened_at, told_by) values ($1, $2::date, $3, $4) on conflict do nothing`,
);
const CURRENT_DAY = sql(
  'link_day_current',
  'select max(business_date)::text as business_date from switch.link_day where link = $1',
);
const TOTALS = sql(
  'link_totals',
  `select class, sign, sum(number)::text as number, sum(amount_minor)::text as amount_minor from switch.link_total
   where link = $1 and business_date = $2::date and currency = $3 group by class, sign`,
);
const CURRENCIES_OF = sql(
  'link_total_currencies',
  'select distinct currency::text as currency from switch.link_total where link = $1 and business_date = $2::date order by 1',
);
const DUE = sql('due_finals', `select * from switch.due_finals($1, $2, $3 * interval '1 millisecond')`);
const OPEN = sql(
  'reconciliation_open',
  `with opened as (
     insert into switch.reconciliation (id, link, business_date, currency, kind, number, state, stan, local_time, next_at, ours, opened_at,
       theirs, action_code, ended_at)
     select $1, $2, $4::date, $5, $6, coalesce(max(r.number), 0) + 1, $10, $7, $8, case when $13::timestamptz is null then $9::timestamptz end,
            $11::jsonb, $9, $12::jsonb, $14, $13
       from (select 1 as one where ${LEADS}) leads left join switch.reconciliation r
         on r.link = $2 and r.business_date = $4::date and r.currency = $5 and r.kind = $6
      group by leads.one
     returning *),
   differing as (
     insert into switch.difference_case (id, reconciliation_id, link, business_date, currency, state, details, owner, deadline, opened_at)
     select $15, id, link, business_date, currency, 'open', 'wanted', $16, $17, $9 from opened where $15::uuid is not null
     ${ONCE_OPEN})
   select ${RUN} from opened`,
);
const CLAIM = sql(
  'reconciliation_claim',
  `update switch.reconciliation set tries = tries + 1, next_at = $1::timestamptz + $4 * interval '1 millisecond'
   where link = $2 and state in ('sending', 'asking') and next_at <= $1 and ${LEADS}
   returning ${RUN}`,
);
const END = sql(
  'reconciliation_end',
  `with ended as (
     update switch.reconciliation set state = $2, action_code = $3, theirs = coalesce($4::jsonb, theirs),
       ended_at = case when $2 = 'asking' then null else $5::timestamptz end,
       next_at = $6::timestamptz, stan = coalesce($7, stan), local_time = coalesce($8, local_time)
      where id = $1 and state in ('sending', 'asking')
     returning id, link, business_date, currency, kind),
   opened as (
     insert into switch.difference_case (id, reconciliation_id, link, business_date, currency, state, details, owner, deadline, opened_at)
     select $9, id, link, business_date, currency, 'open', 'wanted', $10, $11, $5 from ended where $2 in ('differs', 'refused') and kind = 'final'
     ${ONCE_OPEN})
   select id from ended`,
);
const WATCH = sql(
  'reconciliation_watch',
  `insert into switch.reconciliation_watch (link, rrn, local_time, reason, amount_minor, business_date, seen_at)
   values ($1, $2, $3, $4, $5, $6::date, $7) on conflict do nothing`,
);

interface RunRow {
  readonly id: string;
  readonly link: string;
  readonly business_date: string;
  readonly currency: CurrencyCode;
  readonly kind: RunKind;
  readonly number: number;
  readonly state: RunState;
  readonly stan: string | null;
  readonly local_time: string | null;
  readonly tries: number;
  readonly action_code: string | null;
  readonly ours: TotalsJson;
  readonly theirs: TotalsJson | null;
  readonly opened_at: Date;
}

interface TotalsRow {
  readonly class: TotalClass;
  readonly sign: 'original' | 'reversal';
  readonly number: string;
  readonly amount_minor: string;
}

/** Totals and exchanges in centre tables of schema `switch`. */
export class PostgresReconciliationBooks extends ReconciliationBooks {
  constructor(private readonly centre: Centre) {
    super();
  }

  override async openDay(link: string, businessDate: string, facts: { toldBy: DayTeller; at: Date }): Promise<void> {
    await this.centre.query(OPEN_DAY, [link, businessDate, facts.at, facts.toldBy]);
  }

  override async currentDay(link: string): Promise<string | undefined> {
    const [row] = await this.centre.query<{ business_date: string | null }>(CURRENT_DAY, [link]);
    return row?.business_date ?? undefined;
  }

  override async totals({ link, businessDate, currency }: ReconciliationKey): Promise<Totals> {
    const rows = await this.centre.query<TotalsRow>(TOTALS, [link, businessDate, currency]);
    return totalsOf(rows.map((row) => ({ ...row, number: Number(row.number), amountMinor: BigInt(row.amount_minor) })));
  }

  override async currencies(link: string, businessDate: string): Promise<CurrencyCode[]> {
    const rows = await this.centre.query<{ currency: string }>(CURRENCIES_OF, [link, businessDate]);
    return rows.map(({ currency }) => currency).filter(isCurrency);
  }

  override async dueFinals(
    link: string,
    { at, afterCutoverMs }: { at: Date; afterCutoverMs: number },
  ): Promise<Omit<ReconciliationKey, 'link'>[]> {
    const rows = await this.centre.query<{ business_date: string; currency: CurrencyCode }>(DUE, [
      link,
      at,
      afterCutoverMs,
    ]);
    return rows.map(({ business_date: businessDate, currency }) => ({ businessDate, currency }));
  }

  override async open(key: ReconciliationKey, lease: LeaseRef, draft: RunDraft): Promise<Run | undefined> {
    const values = [newId(draft.at), key.link, lease.fence, key.businessDate, key.currency, draft.kind, draft.stan];
    try {
      const [row] = await this.centre.query<RunRow>(OPEN, [...values, ...stateValues(draft)]);
      return row === undefined ? undefined : runOf(row);
    } catch (error) {
      if (error instanceof UniqueViolationError) return undefined; // two of us at once: the other one's stands
      throw error;
    }
  }

  override async claimDue(lease: LeaseRef, { at, repeatMs }: { at: Date; repeatMs: number }): Promise<Run[]> {
    const rows = await this.centre.query<RunRow>(CLAIM, [at, lease.link, lease.fence, repeatMs]);
    return rows.map(runOf);
  }

  override async end(run: Run, end: RunEnd, draft: CaseDraft): Promise<boolean> {
    const { next } = end;
    const names = [next?.at ?? null, next?.stan ?? null, next?.localTime ?? null];
    const values = [run.id, end.state, end.actionCode, jsonOf(end.theirs), end.at, ...names];
    return (await this.centre.query(END, [...values, newId(end.at), draft.owner, draft.deadline])).length > 0;
  }

  override async watch(link: string, facts: WatchFacts): Promise<void> {
    const { rrn, localTime, reason, amountMinor, businessDate, at } = facts;
    await this.centre.query(WATCH, [link, rrn, localTime, reason, amountMinor, businessDate, at]);
  }
}

/** $8 to $17 of OPEN. */
function stateValues({ localTime, at, ours, ended }: RunDraft): Storable[] {
  const said = [localTime, at];
  if (ended === undefined) return [...said, 'sending', jsonOf(ours), null, null, null, null, null, null];
  const { state, theirs, actionCode, differing } = ended;
  const opened = differing === undefined ? [null, null, null] : [newId(at), differing.owner, differing.deadline];
  return [...said, state, jsonOf(ours), jsonOf(theirs), at, actionCode, ...opened];
}

function jsonOf(totals: Totals | null): string | null {
  return totals === null ? null : JSON.stringify(totalsToJson(totals));
}

function runOf(row: RunRow): Run {
  return {
    id: row.id,
    link: row.link,
    businessDate: row.business_date,
    currency: row.currency,
    kind: row.kind,
    number: row.number,
    state: row.state,
    stan: row.stan,
    localTime: row.local_time,
    tries: row.tries,
    actionCode: row.action_code,
    ours: totalsFromJson(row.ours),
    theirs: row.theirs === null ? null : totalsFromJson(row.theirs),
    openedAt: row.opened_at,
  };
}
