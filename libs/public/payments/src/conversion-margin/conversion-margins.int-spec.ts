import { randomUUID } from 'node:crypto';
import pg from 'pg';
import { newId } from '@tsunagu/kernel';
import { Transactions } from '@tsunagu/platform';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../../test/kit/database.js';
import { PaymentHouse, aTenant } from '../testing/payment-house.js';
import { PgConversionMargins } from './pg-conversion-margins.js';

const [ONE, TWO] = ['0193a1c2-0000-7000-8000-000000000011', '0193a1c2-0000-7000-8000-000000000012'];

let db: TestDatabase;
let house: PaymentHouse;
let margins: PgConversionMargins;
const ctx = aTenant();

beforeAll(async () => {
  db = await testDatabase();
  house = new PaymentHouse(db.url('gateway'));
  margins = new PgConversionMargins(new Transactions(house.pool));
  const today = new Date();
  await sold(ONE, { currency: 'USD', captured: 15_000, bps: 375, at: today });
  await sold(ONE, { currency: 'USD', captured: 333, bps: 150, at: today }); // 4.995 is 5
  await sold(ONE, { currency: 'KRW', captured: 10_000, refunded: 4_000, bps: 300, at: today });
  await sold(TWO, { currency: 'USD', captured: 1_000, asked: 1_999, bps: 400, at: today });
  await sold(TWO, { currency: 'USD', captured: 1_000, bps: 400, at: today, choice: 'local' });
}, 60_000);
afterAll(async () => {
  await house.close();
  await db.drop();
});

/** A payment whose holder chose, as the tables keep it. */
async function sold(
  storeId: string,
  sale: {
    currency: string;
    captured: number;
    asked?: number;
    refunded?: number;
    bps: number;
    at: Date;
    choice?: string;
  },
): Promise<void> {
  const [paymentId, offerId] = [newId(sale.at), newId(sale.at)];
  const admin = new pg.Client({ connectionString: db.adminUrl });
  await admin.connect();
  await admin.query(
    `INSERT INTO gateway.payment (tenant_id, id, store_id, terminal_id, client_reference, kind, method, status, amount_minor, currency,
       authorized_minor, captured_minor, refunded_minor, token_id, card, entry_mode, acceptor, sequence, business_date, origin_node, created_at, updated_at)
     VALUES ($1, $2, $3, $4, $5, 'sale', 'dcc', 'captured', $6, 'JPY', $6, $6, $7, $4, '{}', 'chip', '{}', 1, current_date, 'spec', now(), now())`,
    [ctx.tenantId, paymentId, storeId, randomUUID(), randomUUID(), sale.captured, sale.refunded ?? 0],
  );
  await admin.query(
    `INSERT INTO gateway.dcc_offer (tenant_id, id, payment_id, store_id, local_minor, local_currency, foreign_minor, currency, rate, markup_bps,
       rate_source, rate_at, expires_at, provider_reference, disclaimer, disclosure, created_at)
     VALUES ($1, $2, $3, $4, $5, 'JPY', 100, $6, '0.01', $7, 'A', now(), now(), 'r', 'd', '{}', now())`,
    [ctx.tenantId, offerId, paymentId, storeId, sale.asked ?? sale.captured, sale.currency, sale.bps],
  );
  await admin.query(
    `INSERT INTO gateway.dcc_choice (tenant_id, id, payment_id, offer_id, choice, chosen_at, terminal_id, request_id, record_hash)
     VALUES ($1, $2, $3, $4, $5, now(), $2, 'r', $6)`,
    [ctx.tenantId, newId(sale.at), paymentId, offerId, sale.choice ?? 'foreign', 'ab'.repeat(32)],
  );
  await admin.end();
}

const day = (shift = 0) => new Date(Date.now() + shift * 86_400_000).toISOString().slice(0, 10);
const query = { from: day(-1), to: day(1), by: 'day', limit: 10 } as const;

describe('the margin of conversions', () => {
  it('is the mark-up on what was not refunded, by store, period and currency, to the yen', async () => {
    const { data, hasMore } = await margins.list(ctx, query);
    expect(hasMore).toBe(false);
    expect(data.map(({ id }) => id)).toEqual([ONE, TWO]);
    expect(data[0]!.rows).toMatchObject([
      { currency: 'KRW', payments: 1, convertedMinor: 10_000, refundedMinor: 4_000, markupMinor: 180 },
      {
        currency: 'USD',
        payments: 2,
        convertedMinor: 15_333,
        foreignMinor: 200,
        refundedMinor: 0,
        markupMinor: 563 + 5,
      },
    ]);
    expect(data[1]!.rows).toMatchObject([{ payments: 1, convertedMinor: 1_000, foreignMinor: 50, markupMinor: 40 }]);
    const months = await margins.list(ctx, { ...query, by: 'month' });
    expect(months.data[0]!.rows.every(({ period }) => /^\d{4}-\d{2}$/.test(period))).toBe(true);
  });

  it('is paged by store, forwards and backwards', async () => {
    const first = await margins.list(ctx, { ...query, limit: 1 });
    expect([first.data[0]?.id, first.hasMore]).toEqual([ONE, true]);
    expect((await margins.list(ctx, { ...query, limit: 1, afterId: ONE })).data[0]?.id).toBe(TWO);
    expect((await margins.list(ctx, { ...query, limit: 1, beforeId: TWO })).data[0]?.id).toBe(ONE);
  });

  it('shows a key of one store that store alone, another tenant nothing, and other dates nothing', async () => {
    expect((await margins.list({ ...ctx, storeId: TWO }, query)).data.map(({ id }) => id)).toEqual([TWO]);
    expect((await margins.list({ ...ctx, storeId: TWO }, { ...query, storeId: ONE })).data).toEqual([]);
    expect((await margins.list(aTenant(), query)).data).toEqual([]);
    expect((await margins.list(ctx, { ...query, from: day(-9), to: day(-8) })).data).toEqual([]);
  });
});
