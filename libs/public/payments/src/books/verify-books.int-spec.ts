import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../../test/kit/database.js';
import { PaymentHouse, aTenant, anIntent, anOrder } from '../testing/payment-house.js';
import { verifyBooks } from './verify-books.js';

let db: TestDatabase;
let house: PaymentHouse;
let ledger: Server;
let ledgerUrl: string;
let entries: Line[] = [];
const LOCAL_TIME = '261122120000';

/** A line as the issuers' ledger shows it. */
interface Line {
  readonly link: string;
  readonly rrn: string;
  readonly localTime: string;
  readonly kind: string;
  readonly state: string;
  readonly amountMinor: number;
  readonly currency: string;
  readonly plan?: string;
}

const line = (kind: string, rrn: string, amountMinor: number, change: Partial<Line> = {}): Line => ({
  link: 'jcb', rrn, localTime: LOCAL_TIME, kind, state: 'approved', amountMinor, currency: 'JPY', ...change,
}); // prettier-ignore
const wireName = (rrn: string) => ({ link: 'jcb', rrn, stan: '000001', localTime: LOCAL_TIME });

const ctx = aTenant();

beforeAll(async () => {
  db = await testDatabase();
  house = new PaymentHouse(db.url('gateway'));
  await house.lease.keep();
  ledger = createServer((request, response) => {
    const asked = new URL(request.url ?? '/', 'http://ledger').searchParams;
    const cursor = Number(asked.get('cursor'));
    const all = entries.filter(({ link }) => asked.get('link') === null || asked.get('link') === link);
    const next = cursor + 1 < all.length ? cursor + 1 : null; // one line a page: paging is part of the proof
    const totals = [...new Set(entries.map(({ link }) => link))].map((link) => ({ link }));
    response.end(JSON.stringify({ authorizations: all.slice(cursor, cursor + 1), totals, next_cursor: next }));
  });
  await new Promise<void>((resolve) => ledger.listen(0, '127.0.0.1', resolve));
  ledgerUrl = `http://127.0.0.1:${(ledger.address() as AddressInfo).port}/ledger`;
}, 60_000);

afterAll(async () => {
  await house.close();
  await new Promise((resolve) => ledger.close(resolve));
  await db.drop();
});

/** Each submission gets a reference of its own, as on the wire; the issuer books what it approved. */
async function pay(kind: 'sale' | 'auth', rrn: string, amountMinor: number): Promise<string> {
  house.wire.next.push({ state: 'approved', network: wireName(rrn) });
  const { resource } = await house.intake.accept(ctx, anOrder({ kind, amountMinor }));
  await house.workLanes();
  entries.push(line(kind, rrn, amountMinor));
  return resource.id;
}

/** An authorization that grew and was captured in part, and one that was captured beyond its amount, as its brand tolerates. */
async function growAndOvercapture(): Promise<void> {
  const grown = await pay('auth', '10', 1000);
  house.wire.next.push({ state: 'approved', network: wireName('11') });
  await house.actions.increase(ctx, grown, { idempotency: anIntent(), amountMinor: 500 });
  await house.workLanes();
  house.wire.next.push({ state: 'approved', network: wireName('12') });
  await house.actions.capture(ctx, grown, { idempotency: anIntent(), amountMinor: 1200, final: false });
  await house.workLanes();
  const { card } = house.vault;
  house.vault.card = { ...card, brand: 'unionpay' };
  const over = await pay('auth', '13', 1000);
  house.vault.card = card;
  house.wire.next.push({ state: 'approved', network: wireName('14') });
  await house.actions.capture(ctx, over, { idempotency: anIntent(), amountMinor: 1150 });
  await house.workLanes();
  entries.push(line('increase', '11', 500), line('capture', '12', 1200), line('capture', '14', 1150));
}

it('agrees after sales, captures, refunds and cancels, and finds every yen that was moved by hand [A13]', async () => {
  const sale = await pay('sale', '1', 1500);
  const auth = await pay('auth', '2', 1000);
  const cancelled = await pay('auth', '3', 700);
  await house.actions.cancel(ctx, cancelled, { idempotency: anIntent() });
  house.wire.next.push({ state: 'approved', network: wireName('4') });
  await house.actions.capture(ctx, auth, { idempotency: anIntent(), amountMinor: 600, final: true });
  await house.workLanes();
  house.wire.next.push({ state: 'approved', network: wireName('5') });
  await house.actions.refund(ctx, sale, { idempotency: anIntent(), amountMinor: 500 });
  await house.workLanes();
  entries = entries.map((entry) => (entry.rrn === '3' ? { ...entry, state: 'reversed' } : entry));
  entries.push(line('capture', '4', 600), line('refund', '5', 500));

  await growAndOvercapture();

  const report = await verifyBooks({ ownerUrl: db.ownerUrl, ledgerUrl });
  expect(report).toMatchObject({ agrees: true, payments: 5, imbalances: [], counters: [] });
  expect(report.issuers).toMatchObject({ differenceCount: 0, differenceMinor: {}, open: 0, compared: 10 });

  const admin = new pg.Client({ connectionString: db.adminUrl });
  await admin.connect();
  await admin.query(`UPDATE gateway.payment SET refunded_minor = refunded_minor + 1 WHERE id = $1`, [sale]);
  await admin.query(
    `UPDATE gateway.posting SET amount_minor = 601 WHERE movement = 'capture' AND account = 'asset:issuer_receivable' AND amount_minor = 600`,
  );
  await admin.end();
  // At the issuers: a line we never heard of, a sale taken back, a capture of a yen less, a refund booked twice.
  entries = entries.flatMap((one) => {
    if (one.rrn === '1') return [{ ...one, state: 'reversed' }];
    if (one.rrn === '4') return [{ ...one, amountMinor: 599 }];
    return one.rrn === '5' ? [one, one] : [one];
  });
  entries.push(line('sale', '9', 42, { link: 'acquirer' }));

  const broken = await verifyBooks({ ownerUrl: db.ownerUrl, ledgerUrl });
  expect(broken.agrees).toBe(false);
  expect(broken.imbalances).toMatchObject([{ tenantId: ctx.tenantId, currency: 'JPY', differenceMinor: '1' }]);
  expect(broken.counters.map(({ paymentId }) => paymentId).sort()).toEqual([sale, auth].sort());
  expect(
    broken.issuers?.differences.map(({ what, reference, paymentId }) => [what, reference?.split('|')[1], paymentId]),
  ).toEqual([
    ['missing_here', '9', null],
    ['ended_there', '1', sale],
    ['amount', '4', auth],
    ['twice', '5', sale],
  ]);
  expect(broken.issuers?.differenceMinor).toEqual({ JPY: String(42 + 1500 + 1 + 500) });
});

it('does not judge a movement whose reversal is still open, nor one that changed while the issuers were asked', async () => {
  const id = await pay('auth', '20', 800);
  house.wire.nextReversal.push({ state: 'unknown' });
  await house.actions.cancel(ctx, id, { idempotency: anIntent() });
  await house.workLanes();
  const known = (await verifyBooks({ ownerUrl: db.ownerUrl, ledgerUrl })).issuers;
  entries = entries.map((one) => (one.rrn === '20' ? { ...one, state: 'reversed' } : one));
  const after = (await verifyBooks({ ownerUrl: db.ownerUrl, ledgerUrl })).issuers;
  expect([known?.open, after?.open]).toEqual([1, 1]);
  expect(after?.differenceCount).toBe(known?.differenceCount);
});

it('refuses a ledger that it cannot read instead of taking it for zero', async () => {
  entries.push(line('sale', '30', 42, { state: 'lost' }));
  await expect(verifyBooks({ ownerUrl: db.ownerUrl, ledgerUrl })).rejects.toThrow('unknown form');
  entries.pop();
});

it('lets nobody change a posting [A13]', async () => {
  const client = new pg.Client({ connectionString: db.url('gateway') });
  await client.connect();
  await client.query(`SELECT set_config('app.tenant_id', $1, false)`, [ctx.tenantId]);
  await expect(client.query('UPDATE gateway.posting SET amount_minor = 1')).rejects.toThrow('permission denied');
  await expect(client.query('DELETE FROM gateway.posting')).rejects.toThrow('permission denied');
  await client.end();
});

it('holds the plan of every sale against the plan that the issuer bills by', async () => {
  const plans = [
    [undefined, '1000000'],
    [{ type: 'installments', count: 12, firstMonth: 2 }, '6112020'],
    [{ type: 'bonus', bonusMonths: [1] }, '210000101000000000000'],
    [{ type: 'bonus_combined', count: 12, bonusMonths: [6, 12], bonusAmountMinor: 15_000 }, '31120020600000001500012000000015000'],
    [{ type: 'revolving' }, '8000000'],
  ] as const; // prettier-ignore
  for (const [index, [plan, said]] of plans.entries()) {
    house.wire.next.push({ state: 'approved', network: wireName(`7${index}`) });
    await house.intake.accept(ctx, anOrder({ amountMinor: 60_000, plan }));
    await house.workLanes();
    entries.push({ ...line('sale', `7${index}`, 60_000), plan: said });
  }
  const differing = async () =>
    (await verifyBooks({ ownerUrl: db.ownerUrl, ledgerUrl })).issuers?.differences.filter(
      ({ what }) => what === 'plan',
    );
  expect(await differing()).toEqual([]);
  entries = entries.map((one) => (one.rrn === '71' ? { ...one, plan: '6110020' } : one));
  expect(await differing()).toMatchObject([{ what: 'plan', oursMinor: 60_000, issuersMinor: 60_000 }]);
});
