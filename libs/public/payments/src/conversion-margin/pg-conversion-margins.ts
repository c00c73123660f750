import { Injectable } from '@nestjs/common';
import type { TenantContext } from '@tsunagu/contracts';
import { sql, Transactions, uuidv7Floor } from '@tsunagu/platform';
import { ConversionMargins, type MarginQuery, type MarginRow, type StoreMargin } from './conversion-margins.js';

const DAY_MS = 24 * 3_600_000;
/** A business date may lie a day beside the date of the clock, and a clock may be wrong by as much. */
const SLACK_MS = 3 * DAY_MS;

/**
 * Whole numbers all the way: mark-up of a payment = what stayed × basis points / 10,000, half up; of an offer that the issuer approved
 * in part, its share in the other currency. A page is of stores, so a store is never torn. Partitions and rows outside of the dates are left out by id.
 */
const statement = (name: string, order: 'ASC' | 'DESC') =>
  sql(
    `conversion_margins_${name}`,
    `WITH sold AS (
       SELECT p.store_id, left(p.business_date::text, $8) AS period, o.currency, p.captured_minor, p.refunded_minor,
              div(2 * o.foreign_minor::numeric * p.captured_minor + o.local_minor, 2 * o.local_minor) AS foreign_minor,
              ((p.captured_minor - p.refunded_minor) * o.markup_bps + 5000) / 10000 AS markup_minor
         FROM gateway.dcc_choice c
         JOIN gateway.dcc_offer o ON o.tenant_id = c.tenant_id AND o.id = c.offer_id
         JOIN gateway.payment p ON p.tenant_id = c.tenant_id AND p.id = c.payment_id
        WHERE c.tenant_id = $1 AND c.choice = 'foreign' AND c.payment_id >= $2 AND c.payment_id < $3
          AND p.tenant_id = $1 AND p.id >= $2 AND p.id < $3 AND p.business_date BETWEEN $4::date AND $5::date AND p.captured_minor > 0
          AND ($6::uuid IS NULL OR p.store_id = $6) AND ($7::uuid IS NULL OR p.terminal_id = $7)),
     page AS (
       SELECT DISTINCT store_id FROM sold
        WHERE ($9::uuid IS NULL OR store_id > $9) AND ($10::uuid IS NULL OR store_id < $10) ORDER BY store_id ${order} LIMIT $11)
     SELECT store_id, jsonb_agg(line ORDER BY line ->> 'period', line ->> 'currency') AS lines FROM (
       SELECT store_id, jsonb_build_object('period', period, 'currency', currency, 'payments', count(*),
                'convertedMinor', sum(captured_minor), 'foreignMinor', sum(foreign_minor), 'refundedMinor', sum(refunded_minor),
                'markupMinor', sum(markup_minor)) AS line
         FROM sold JOIN page USING (store_id) GROUP BY store_id, period, currency) rows
      GROUP BY store_id ORDER BY store_id ${order}`,
  );
const UPWARDS = statement('upwards', 'ASC');
const DOWNWARDS = statement('downwards', 'DESC');

/** Margins over SQL; stores in the order of their ids. */
@Injectable()
export class PgConversionMargins extends ConversionMargins {
  constructor(private readonly transactions: Transactions) {
    super();
  }

  override async list(ctx: TenantContext, query: MarginQuery): Promise<{ data: StoreMargin[]; hasMore: boolean }> {
    const { from, to, by, limit, storeId, afterId = null, beforeId = null } = query;
    const floor = uuidv7Floor(new Date(Date.parse(from) - SLACK_MS));
    const ceiling = uuidv7Floor(new Date(Date.parse(to) + SLACK_MS));
    // A key that is limited to a store asks for its own, or for nothing.
    if (ctx.storeId !== undefined && storeId !== undefined && ctx.storeId !== storeId)
      return { data: [], hasMore: false };
    const node = [ctx.storeId ?? storeId ?? null, ctx.terminalId ?? null];
    const values = [
      ctx.tenantId,
      floor,
      ceiling,
      from,
      to,
      ...node,
      by === 'day' ? 10 : 7,
      afterId,
      beforeId,
      limit + 1,
    ];
    const rows = await this.transactions.ask<{ store_id: string; lines: readonly MarginRow[] }>(
      ctx,
      beforeId === null ? UPWARDS : DOWNWARDS,
      values,
    );
    const data = rows.slice(0, limit).map(({ store_id: id, lines }) => ({ id, rows: lines }));
    return { data: beforeId === null ? data : data.reverse(), hasMore: rows.length > limit };
  }
}
