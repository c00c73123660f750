import type { Socket } from 'node:net';
import { newId, Secret } from '@tsunagu/kernel';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../../test/kit/database.js';
import { quietLogger } from '../testing.js';
import { MoneyPool } from './money-pool.js';
import { askNamed } from './named-query.js';
import { sql } from './statement.js';
import { Transactions } from './transactions.js';

const ONE = sql('spec_one', 'select $1::int as n');
const WHEN = sql('spec_when', 'select $1::timestamptz as at, $2::date::text as day, $3::text as none');
const WHO = sql('spec_who', `select current_setting('app.tenant_id') as tenant`);
const TENANT = newId(new Date());

let db: TestDatabase;
let pool: MoneyPool;

beforeAll(async () => {
  db = await testDatabase();
  pool = new MoneyPool(new Secret(db.url('gateway')), quietLogger(), { max: 1 });
}, 60_000);
afterAll(async () => {
  vi.restoreAllMocks();
  await pool.onApplicationShutdown();
  await db.drop();
});

/** Calls of the system that write to the server while `work` runs. */
async function writesOf(work: () => Promise<unknown>): Promise<number> {
  const client = await pool.connect();
  const { stream } = (client as unknown as { connection: { stream: Socket } }).connection;
  client.release();
  const single = vi.spyOn(stream, '_write');
  const many = vi.spyOn(stream as Socket & { _writev: NonNullable<Socket['_writev']> }, '_writev');
  await work();
  const writes = single.mock.calls.length + many.mock.calls.length;
  vi.restoreAllMocks();
  return writes;
}

it('writes to the server as often as it waits for it, however many statements there are', async () => {
  const writes = await writesOf(() =>
    new Transactions(pool).run({ tenantId: TENANT }, async (tx) => {
      tx.send(ONE, [1]);
      tx.send(ONE, [2]);
      await tx.query(ONE, [3]);
      tx.send(ONE, [4]);
    }),
  );
  expect(writes).toBe(2);
});

it('asks one statement in one write: begin, tenant, statement and commit', async () => {
  const transactions = new Transactions(pool);
  const before = { ...pool.counts };
  let rows: unknown;
  const writes = await writesOf(async () => (rows = await transactions.ask({ tenantId: TENANT }, WHO, [])));
  expect([rows, writes]).toEqual([[{ tenant: TENANT }], 1]);
  expect(pool.counts).toEqual({ ...before, statements: before.statements + 1, commits: before.commits + 1 });
});

it('throws what the one statement threw, joins an open transaction, and refuses another tenant in it', async () => {
  const transactions = new Transactions(pool);
  const failing = transactions.ask({ tenantId: TENANT }, ONE, ['no number']);
  await expect(failing).rejects.toMatchObject({ name: 'DatabaseError', sqlState: '22P02' });
  await expect(transactions.ask({ tenantId: 'nobody' }, ONE, [1])).rejects.toThrow('one tenant');
  const before = pool.counts.commits;
  await transactions.run({ tenantId: TENANT }, async () => {
    expect(await transactions.ask({ tenantId: TENANT }, ONE, [7])).toEqual([{ n: 7 }]);
    const foreign = transactions.ask({ tenantId: newId(new Date()) }, ONE, [7]);
    await expect(foreign).rejects.toThrow('never changes its tenant');
  });
  expect(pool.counts.commits).toBe(before + 1);
});

it('sends an instant as it is, whatever the zone of the process, and null as null', async () => {
  const client = await pool.connect();
  const at = new Date('2026-11-22T23:30:00.125Z');
  const [row] = await askNamed<{ at: Date; day: string; none: string | null }>(client, WHEN, [at, '2026-11-23', null]);
  client.release();
  expect(row).toEqual({ at, day: '2026-11-23', none: null });
});
