import { Secret } from '@tsunagu/kernel';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../../test/kit/database.js';
import { Centre } from '../database/centre.js';
import { migrationNames } from '../database/migration.js';
import { MoneyPool } from '../database/money-pool.js';
import { platformMigrations } from '../migrations/platform-migrations.js';
import { quietLogger } from '../testing.js';
import { HealthChecks } from './health-checks.js';
import { commitsARow, migrationsMatch } from './standard-checks.js';

describe('readiness on PostgreSQL', () => {
  let db: TestDatabase;
  const pools: MoneyPool[] = [];
  const centreOf = (zone: 'gateway' | 'vault' | 'switch') => {
    const pool = new MoneyPool(new Secret(db.url(zone)), quietLogger(), { max: 1 });
    pools.push(pool);
    return new Centre(pool);
  };

  beforeAll(async () => {
    db = await testDatabase();
  }, 60_000);
  afterAll(async () => {
    for (const pool of pools) await pool.onApplicationShutdown();
    await db.drop();
  });

  it.each(['gateway', 'vault', 'switch'] as const)('commits a row in the zone %s', async (zone) => {
    await commitsARow(centreOf(zone), 'spec-1')();
    const admin = new pg.Client({ connectionString: db.adminUrl });
    await admin.connect();
    expect((await admin.query(`select node from ${zone}.heartbeat`)).rows).toEqual([{ node: 'spec-1' }]);
    await admin.end();
  });

  it('is not ready when the database takes no writes, however well it reads', async () => {
    const admin = new pg.Client({ connectionString: db.adminUrl });
    await admin.connect();
    const name = new URL(db.adminUrl).pathname.slice(1);
    await admin.query(`alter database ${name} set default_transaction_read_only = on`);
    const health = new HealthChecks();
    health.register('database', commitsARow(centreOf('gateway'), 'spec-2'));
    expect(await health.ready()).toMatchObject({ ready: false, checks: { database: 'failed' } });
    await admin.query(`alter database ${name} reset default_transaction_read_only`);
    await admin.end();
  });

  it('is not ready when the database is behind the build', async () => {
    const centre = centreOf('gateway');
    await migrationsMatch(centre, migrationNames(platformMigrations))();
    await expect(migrationsMatch(centre, ['FromTheFuture1999999999999'])()).rejects.toThrow('behind');
  });

  it('asks at most once a second, and is not ready once it stops', async () => {
    let asked = 0;
    const health = new HealthChecks();
    health.register('counted', () => Promise.resolve((asked += 1)));
    const [first] = await Promise.all([health.ready(), health.ready(), health.ready()]);
    expect(asked).toBe(1);
    const again = await health.ready();
    expect(asked).toBe(1);
    expect(again.age_ms, 'an old finding says that it is old').toBeGreaterThanOrEqual(first.age_ms);
    health.stop();
    expect((await health.ready()).ready).toBe(false);
  });
});
