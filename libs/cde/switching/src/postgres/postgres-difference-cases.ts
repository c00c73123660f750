import { sql, type Centre } from '@tsunagu/platform';
import {
  DifferenceCases,
  type CaseClosing,
  type DifferenceCase,
  type DifferenceItem,
  type PeerTransaction,
} from '../reconciliation/difference-cases.js';

const CASE = `id, link, business_date::text as "businessDate", currency::text, state, details, owner, deadline, opened_at as "openedAt",
  compared_at as "comparedAt", closed_at as "closedAt", closed_by as "closedBy", resolution, reason`;
const LIST = sql(
  'difference_cases',
  `select ${CASE} from switch.difference_case
   where ($1::text is null or link = $1) and ($2::boolean is null or (state = 'open') = $2) order by opened_at desc limit 200`,
);
const WANTING = sql(
  'difference_cases_wanting',
  `select ${CASE} from switch.difference_case where link = $1 and state = 'open' and details = 'wanted' order by opened_at`,
);
const FIND = sql('difference_case', `select ${CASE} from switch.difference_case where id = $1`);
const ITEMS = sql(
  'difference_items',
  `select class, rrn::text, local_time::text as "localTime", terminal, ours_minor::text as "oursMinor", theirs_minor::text as "theirsMinor",
     attempt_id as "attemptId", note from switch.difference_item where case_id = $1 order by ordinal limit 1000`,
);
const FORGET = sql('peer_detail_forget', 'delete from switch.peer_detail where case_id = $1');
const KEEP = sql(
  'peer_detail_keep',
  `insert into switch.peer_detail (case_id, ordinal, rrn, local_time, class, terminal, amount_minor, business_date, reversal_date)
   select $1, $2 + d.ordinality, d.rrn, d.local_time, d.class, d.terminal, d.amount_minor, d.business_date, d.reversal_date
     from rows from (jsonb_to_recordset($3::jsonb) as (rrn text, local_time text, class text, terminal text, amount_minor bigint,
       business_date date, reversal_date date)) with ordinality as d
   on conflict do nothing`,
);
const COMPARE = sql('difference_compare', 'select switch.compare_details($1, $2) as count');
const RECOUNT = sql('difference_recount', 'select switch.presumed_unknown_there($1) as count');
const GIVE_UP = sql(
  'difference_details_unavailable',
  `update switch.difference_case set details = 'unavailable' where id = $1 and state = 'open' and details = 'wanted'`,
);
const UNKNOWN = sql('corrections_unknown', 'select * from switch.corrections_unknown($1::uuid[]) as attempt_id');
const CLOSE = sql(
  'difference_close',
  `update switch.difference_case set state = 'closed', closed_at = $2, closed_by = $3, resolution = $4, reason = $5
   where id = $1 and state = 'open'`,
);

type ItemRow = Omit<DifferenceItem, 'oursMinor' | 'theirsMinor'> & {
  readonly oursMinor: string | null;
  readonly theirsMinor: string | null;
};

/** Difference cases in centre tables of schema `switch`; the comparison itself is one statement there. */
export class PostgresDifferenceCases extends DifferenceCases {
  constructor(private readonly centre: Centre) {
    super();
  }

  override wanting(link: string): Promise<DifferenceCase[]> {
    return this.centre.query<DifferenceCase>(WANTING, [link]);
  }

  override list({ link, isOpen }: { link?: string; isOpen?: boolean }): Promise<DifferenceCase[]> {
    return this.centre.query<DifferenceCase>(LIST, [link ?? null, isOpen ?? null]);
  }

  override async find(id: string): Promise<DifferenceCase | undefined> {
    return (await this.centre.query<DifferenceCase>(FIND, [id]))[0];
  }

  override async items(id: string): Promise<DifferenceItem[]> {
    const rows = await this.centre.query<ItemRow>(ITEMS, [id]);
    return rows.map((row) => ({ ...row, oursMinor: numberOf(row.oursMinor), theirsMinor: numberOf(row.theirsMinor) }));
  }

  override async keepDetails(id: string, page: readonly PeerTransaction[], { from }: { from: number }): Promise<void> {
    if (from === 0) await this.centre.query(FORGET, [id]);
    const rows = page.map((one) => ({
      rrn: one.rrn,
      local_time: one.localTime,
      class: one.class,
      terminal: one.terminal,
      amount_minor: one.amountMinor,
      business_date: one.businessDate,
      reversal_date: one.reversalDate,
    }));
    await this.centre.query(KEEP, [id, from, JSON.stringify(rows)]);
  }

  override async compare(id: string, at: Date): Promise<number> {
    return countOf(await this.centre.query<{ count: number }>(COMPARE, [id, at]));
  }

  override async giveUpDetails(id: string): Promise<void> {
    await this.centre.query(GIVE_UP, [id]);
  }

  override async recount(id: string): Promise<number> {
    return countOf(await this.centre.query<{ count: number }>(RECOUNT, [id]));
  }

  override async close(id: string, closing: CaseClosing): Promise<string[]> {
    const unknown = await this.centre.query<{ attempt_id: string }>(UNKNOWN, [closing.corrections]);
    if (unknown.length > 0) return unknown.map(({ attempt_id: attemptId }) => attemptId);
    const reason = [closing.reason, ...closing.corrections].filter((part) => part !== '').join(' ');
    await this.centre.query(CLOSE, [id, closing.at, closing.by, closing.resolution, reason]);
    return [];
  }
}

function countOf(rows: readonly { readonly count: number }[]): number {
  return rows[0]?.count ?? 0;
}

function numberOf(text: string | null): number | null {
  return text === null ? null : Number(text);
}
