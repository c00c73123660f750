import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { newId, Secret, SystemClock } from '@tsunagu/kernel';
import { AppConfig, AppLogger, MoneyPool, Transactions } from '@tsunagu/platform';
import { testDatabase, type TestDatabase } from '../../../../../test/kit/database.js';
import { schemaDrift } from '../../../../../test/kit/schema-drift.js';
import { ReceiptPrintEntity } from '../storage/receipt-print.entity.js';
import { PgReceiptPrints } from './receipt-prints.js';

const AT = new Date('2026-11-22T03:04:05.678Z');
const ctx = { tenantId: newId(AT), requestId: 'req-spec' };
const slip = { subjectId: newId(AT), copy: 'customer', kind: 'sale' } as const;

describe('prints on PostgreSQL', { timeout: 60_000 }, () => {
  let db: TestDatabase;
  let pool: MoneyPool;
  let prints: PgReceiptPrints;

  beforeAll(async () => {
    db = await testDatabase();
    const config = AppConfig.fromEnv('api', {});
    pool = new MoneyPool(new Secret(db.url('gateway')), new AppLogger(config, () => undefined), { max: 4 });
    prints = new PgReceiptPrints(new Transactions(pool), new SystemClock());
  }, 60_000);
  afterAll(async () => {
    await pool.onApplicationShutdown();
    await db.drop();
  });

  it('gives each print a number of its own, however many tills ask at once', async () => {
    expect(await prints.printed(ctx, slip)).toBe(0);
    const numbers = await Promise.all(Array.from({ length: 8 }, () => prints.count(ctx, slip)));
    expect(numbers.sort((one, two) => one - two)).toEqual([1, 2, 3, 4, 5, 6, 7, 8]);
    expect(await prints.printed(ctx, slip)).toBe(8);
  });

  it('counts each copy, each kind of slip and each tenant by itself', async () => {
    expect(await prints.count(ctx, { ...slip, copy: 'merchant' })).toBe(1);
    expect(await prints.count(ctx, { ...slip, kind: 'unknown' })).toBe(1);
    expect(await prints.printed({ ...ctx, tenantId: newId(AT) }, slip)).toBe(0);
  });

  it('has the table that the migrations made', async () => {
    expect(await schemaDrift(db, 'gateway', [ReceiptPrintEntity])).toEqual([]);
  });
});
