import { Injectable } from '@nestjs/common';
import { Centre, sql } from '@tsunagu/platform';

const OVERVIEW = sql('link_overview', 'select * from switch.link_overview()');
const KEEP_IN_ORDER = sql('journal_keep_in_order', 'select switch.keep_journal_in_order($1, $2)');
const ERASE_LIMIT = 5_000;

interface OverviewRow {
  readonly link: string;
  readonly pending: string;
  readonly errors: string;
  readonly oldest_at: Date | null;
  readonly yen_at_risk: string;
}

/** Store-and-forward of one link in numbers. */
export interface LinkOverview {
  readonly pending: number;
  readonly errors: number;
  readonly oldestAt: Date | null;
  readonly yenAtRisk: number;
}

/** Numbers across tenants, and the journal's housekeeping. */
@Injectable()
export class LinkOverviews {
  constructor(private readonly centre: Centre) {}

  async read(): Promise<ReadonlyMap<string, LinkOverview>> {
    const rows = await this.centre.query<OverviewRow>(OVERVIEW, []);
    return new Map(
      rows.map((row) => [
        row.link,
        {
          pending: Number(row.pending),
          errors: Number(row.errors),
          oldestAt: row.oldest_at,
          yenAtRisk: Number(row.yen_at_risk),
        },
      ]),
    );
  }

  /** Partitions of the coming months; accounts that no reversal can need any more. */
  async keepInOrder(at: Date): Promise<void> {
    await this.centre.query(KEEP_IN_ORDER, [at, ERASE_LIMIT]);
  }
}
