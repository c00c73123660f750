import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import pg from 'pg';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../../test/kit/database.js';
import { PaymentHouse, aTenant, anIntent, anOrder } from '../testing/payment-house.js';
import type { IssuerEntry } from './compare-ledger.js';
import { verifyBooks } from './verify-books.js';

let db: TestDatabase;
let house: PaymentHouse;
let ledger: Server;
let ledgerUrl: string;
let entries: IssuerEntry[] = [];
const ctx = aTenant();

beforeAll(async () => {
  db = await testDatabase();
  house = new PaymentHouse(db.url('gateway'));
  ledger = createServer((request, response) => {
    const cursor = Number(new URL(request.url ?? '/', 'http://ledger').searchParams.get('cursor'));
    const next = cursor + 1 < entries.length ? cursor + 1 : null; // one line a page: paging is part of the proof
    response.end(JSON.stringify({ authorizations: entries.slice(cursor, cursor + 1), next_cursor: next }));
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
  const network = { link: 'jcb', rrn, stan: '000001', localTime: '261122120000' };
  house.wire.next.push({ state: 'approved', network });
  const { resource } = await house.intake.accept(ctx, anOrder({ kind, amountMinor }));
  await house.workLanes();
  entries.push({ link: 'jcb', rrn, kind, state: 'approved', amountMinor, currency: 'JPY' });
  return resource.id;
}

it('agrees after sales, captures, refunds and cancels, and finds every yen that was moved by hand [A13]', async () => {
  const sale = await pay('sale', '1', 1500);
  const auth = await pay('auth', '2', 1000);
  const cancelled = await pay('auth', '3', 700);
  await house.actions.cancel(ctx, cancelled, { idempotency: anIntent() });
  house.wire.next.push({ state: 'approved', network: { link: 'jcb', rrn: '4', stan: '2', localTime: '261122120001' } });
  await house.actions.capture(ctx, auth, { idempotency: anIntent(), amountMinor: 600, final: true });
  await house.workLanes();
  house.wire.next.push({ state: 'approved', network: { link: 'jcb', rrn: '5', stan: '3', localTime: '261122120002' } });
  await house.actions.refund(ctx, sale, { idempotency: anIntent(), amountMinor: 500 });
  await house.workLanes();
  entries = entries.map((entry) => (entry.rrn === '3' ? { ...entry, state: 'reversed' } : entry));
  entries.push({ link: 'jcb', rrn: '4', kind: 'capture', state: 'approved', amountMinor: 600, currency: 'JPY' });
  entries.push({ link: 'jcb', rrn: '5', kind: 'refund', state: 'approved', amountMinor: 500, currency: 'JPY' });

  const report = await verifyBooks({ ownerUrl: db.ownerUrl, ledgerUrl });
  expect(report).toMatchObject({ agrees: true, payments: 3, imbalances: [], counters: [] });
  expect(report.issuers).toMatchObject({ differenceMinor: 0, open: 0, compared: 5 });

  const admin = new pg.Client({ connectionString: db.adminUrl });
  await admin.connect();
  await admin.query(`UPDATE gateway.payment SET refunded_minor = refunded_minor + 1 WHERE id = $1`, [sale]);
  await admin.query(
    `UPDATE gateway.posting SET amount_minor = 601 WHERE movement = 'capture' AND account = 'asset:issuer_receivable'`,
  );
  await admin.end();
  entries.push({ link: 'jcb', rrn: '9', kind: 'sale', state: 'approved', amountMinor: 42, currency: 'JPY' });

  const broken = await verifyBooks({ ownerUrl: db.ownerUrl, ledgerUrl });
  expect(broken.agrees).toBe(false);
  expect(broken.imbalances).toMatchObject([{ tenantId: ctx.tenantId, differenceMinor: 1 }]);
  expect(broken.counters.map(({ paymentId }) => paymentId).sort()).toEqual([sale, auth].sort());
  expect(broken.issuers?.differences).toMatchObject([{ what: 'extra', rrn: '9', issuersMinor: 42 }]);
});

it('lets nobody change a posting [A13]', async () => {
  const client = new pg.Client({ connectionString: db.url('gateway') });
  await client.connect();
  await client.query(`SELECT set_config('app.tenant_id', $1, false)`, [ctx.tenantId]);
  await expect(client.query('UPDATE gateway.posting SET amount_minor = 1')).rejects.toThrow('permission denied');
  await expect(client.query('DELETE FROM gateway.posting')).rejects.toThrow('permission denied');
  await client.end();
});
