import { Secret, SystemClock } from '@tsunagu/kernel';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../../test/kit/database.js';
import { Centre } from '../database/centre.js';
import { MoneyPool } from '../database/money-pool.js';
import { quietLogger } from '../testing.js';
import { PostgresWakeUps } from './postgres-wake-ups.js';
import { RedisWakeUps } from './redis-wake-ups.js';
import type { WakeUps } from './wake-ups.js';

const REDIS_URL = process.env['REDIS_URL'] ?? null;
const BACKENDS = REDIS_URL === null ? (['postgres'] as const) : (['postgres', 'redis'] as const);

describe.each(BACKENDS)('wake-ups over %s', (backend) => {
  let db: TestDatabase;
  let pool: MoneyPool;
  const opened: (WakeUps & { onApplicationShutdown(): unknown })[] = [];

  beforeAll(async () => {
    db = await testDatabase();
    pool = new MoneyPool(new Secret(db.url('gateway')), quietLogger(), { max: 2 });
  }, 60_000);
  afterEach(async () => {
    for (const wakeUps of opened.splice(0)) await wakeUps.onApplicationShutdown();
  });
  afterAll(async () => {
    await pool.onApplicationShutdown();
    await db.drop();
  });

  const wakeUpsOf = (node: string) => {
    const made =
      backend === 'postgres'
        ? new PostgresWakeUps(new Centre(pool), { url: db.url('gateway'), node }, new SystemClock())
        : new RedisWakeUps({ url: REDIS_URL ?? '', node });
    opened.push(made);
    return made;
  };

  it('wakes the node that waits and no other', async () => {
    const heard: string[] = [];
    const [a, b, worker] = [wakeUpsOf('api-1'), wakeUpsOf('api-2'), wakeUpsOf('worker-1')];
    a.subscribe((paymentId) => heard.push(`a ${paymentId}`));
    b.subscribe((paymentId) => heard.push(`b ${paymentId}`));
    await Promise.all([a.listening(), b.listening()]);
    await worker.publish('api-2', 'p1');
    await worker.publish('api-1', 'p2');
    await expect.poll(() => [...heard].sort()).toEqual(['a p2', 'b p1']);
  });

  it('tells of every payment of a rush', async () => {
    const heard: string[] = [];
    const node = wakeUpsOf('api-5');
    const worker = wakeUpsOf('worker-2');
    node.subscribe((paymentId) => heard.push(paymentId));
    await node.listening();
    const ids = Array.from({ length: 250 }, (_, index) => `p${index}`);
    await Promise.all(ids.map((id) => worker.publish('api-5', id)));
    await expect.poll(() => [...heard].sort()).toEqual([...ids].sort());
  });

  it('stops telling a handler that has gone', async () => {
    const heard: string[] = [];
    const node = wakeUpsOf('api-3');
    const stop = node.subscribe((paymentId) => heard.push(`first ${paymentId}`));
    node.subscribe((paymentId) => heard.push(`second ${paymentId}`));
    await node.listening();
    stop();
    await node.publish('api-3', 'p');
    await expect.poll(() => heard).toEqual(['second p']);
  });

  it.runIf(backend === 'postgres')('listens again by itself after the server ended the connection', async () => {
    const heard: string[] = [];
    const node = wakeUpsOf('api-4');
    node.subscribe((paymentId) => heard.push(paymentId));
    await node.listening();
    const admin = new pg.Client({ connectionString: db.adminUrl });
    await admin.connect();
    await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    );
    await admin.end();
    await expect
      .poll(
        async () => {
          await node.publish('api-4', 'again');
          return heard;
        },
        { timeout: 10_000 },
      )
      .toContain('again');
  });
});

it('loses a wake-up without a word when nobody can be reached', async () => {
  const pool = new MoneyPool(new Secret('postgresql://nobody@127.0.0.1:1/none'), quietLogger());
  const wakeUps = new PostgresWakeUps(
    new Centre(pool),
    { url: 'postgresql://nobody@127.0.0.1:1/none', node: 'api-1' },
    new SystemClock(),
  );
  await wakeUps.publish('api-1', 'p');
  await pool.onApplicationShutdown();
});
