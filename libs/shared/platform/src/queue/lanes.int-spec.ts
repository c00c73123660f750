import { randomBytes } from 'node:crypto';
import { newId, Secret, SystemClock } from '@tsunagu/kernel';
import { Redis } from 'ioredis';
import pg from 'pg';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../../test/kit/database.js';
import { Metrics } from '../metrics/metrics.js';
import { quietLogger } from '../testing.js';
import { LaneBell } from './lane-bell.js';
import { LaneQueues } from './lane-queues.js';
import { LaneWorkers } from './lane-workers.js';

const REDIS_URL = process.env['REDIS_URL'] ?? null;
const BACKENDS = REDIS_URL === null ? (['postgres'] as const) : (['postgres', 'redis'] as const);
const WAIT = { timeout: 15_000 };

describe.each(BACKENDS)('lanes on %s', (backend) => {
  const opened: { onApplicationShutdown?(): unknown; beforeApplicationShutdown?(): Promise<void> }[] = [];
  const prefix = `spec-${randomBytes(4).toString('hex')}`;
  let db: TestDatabase;

  beforeAll(async () => {
    db = await testDatabase();
  }, 60_000);
  afterEach(async () => {
    for (const part of opened.reverse()) await part.beforeApplicationShutdown?.();
    for (const part of opened.splice(0)) await part.onApplicationShutdown?.();
  });
  afterAll(async () => {
    await db.drop();
    if (backend === 'redis') await wipeRedis();
  });

  const wipeRedis = async () => {
    const redis = new Redis(REDIS_URL ?? '');
    const keys = await redis.keys(`{${prefix}-*`);
    if (keys.length > 0) await redis.del(...keys);
    redis.disconnect();
  };
  const queuesOf = (connectionsMax: number) => {
    const config = { redisUrl: backend === 'redis' ? REDIS_URL : null, databaseUrl: new Secret(db.url('gateway')) };
    const queues = new LaneQueues(config, quietLogger(), { connectionsMax, prefix });
    opened.push(queues);
    return queues;
  };
  const aBell = (queues = queuesOf(4)) => new LaneBell(queues, quietLogger(), new SystemClock(), new Metrics());
  const aWorker = (queues = queuesOf(12)) => {
    const workers = new LaneWorkers(queues, quietLogger());
    opened.push(workers);
    return workers;
  };
  const aJob = () => ({ tenantId: newId(new Date()), attemptId: newId(new Date()) });

  it('answers as soon as it is opened: start-up asks before it listens', async () => {
    await queuesOf(2).ping();
  });

  it('brings a bell from one process to the handler of its lane in another, with ids and nothing else [A3]', async () => {
    const heard: unknown[] = [];
    aWorker().register('credit', 4, (job, jobId) => Promise.resolve(void heard.push({ job, jobId })));
    const job = aJob();
    await aBell().ring('credit', { ...job, amountMinor: 1500 } as never);
    await expect.poll(() => heard, WAIT).toEqual([{ job, jobId: job.attemptId }]);
  });

  it('ignores a repeat under the same id while it waits, hears one under a fresh id, and forgets what it has done', async () => {
    const heard: string[] = [];
    const bell = aBell();
    const job = aJob();
    await bell.ring('nfc', job);
    await bell.ring('nfc', job);
    await bell.ring('nfc', job, 1);
    aWorker().register('nfc', 1, (_job, jobId) => Promise.resolve(void heard.push(jobId)));
    await expect.poll(() => heard, WAIT).toEqual([job.attemptId, `${job.attemptId}-1`]);
    await expect
      .poll(async () => {
        await bell.ring('nfc', job);
        return heard.length;
      }, WAIT)
      .toBeGreaterThan(2);
  });

  it('lets a stuck lane hold no other', async () => {
    const heard: string[] = [];
    const workers = aWorker();
    let release: () => void = () => undefined;
    const stuck = new Promise<void>((resolve) => {
      release = resolve;
    });
    workers.register('unionpay', 1, () => stuck);
    workers.register('dcc', 1, (job) => Promise.resolve(void heard.push(job.attemptId)));
    const bell = aBell();
    const job = aJob();
    await bell.ring('unionpay', aJob());
    await bell.ring('dcc', job);
    await expect.poll(() => heard, WAIT).toEqual([job.attemptId]);
    release();
  });

  it('goes on with the next job after a handler threw, and keeps nothing of what was thrown', async () => {
    const heard: string[] = [];
    const lines: string[] = [];
    const workers = new LaneWorkers(queuesOf(12), quietLogger(lines));
    opened.push(workers);
    workers.register('emoney', 1, (job) => {
      heard.push(job.attemptId);
      return heard.length === 1 ? Promise.reject(new Error('card 4111111111111111')) : Promise.resolve();
    });
    const bell = aBell();
    await bell.ring('emoney', aJob());
    const second = aJob();
    await bell.ring('emoney', second);
    await expect.poll(() => heard.at(-1), WAIT).toBe(second.attemptId);
    expect(lines.join('')).toContain('a lane job failed');
    expect(lines.join('')).not.toContain('4111');
  });

  it('leaves the next job in the queue while the lane is full, for a worker that has room', async () => {
    const heard: string[] = [];
    const release = latch();
    const begun = latch();
    const bell = aBell();
    aWorker().register('debit', 1, () => {
      begun.resolve();
      return release.promise;
    });
    await bell.ring('debit', aJob());
    await begun.promise;
    await bell.ring('debit', aJob()); // taken, and waits for its turn
    aWorker().register('debit', 1, ({ attemptId }) => Promise.resolve(void heard.push(attemptId)));
    const job = aJob();
    let repeat = 0;
    try {
      await expect
        .poll(async () => {
          await bell.ring('debit', job, (repeat += 1));
          return heard;
        })
        .toContain(job.attemptId);
    } finally {
      release.resolve();
    }
  });

  it('finishes what runs before it stops', async () => {
    const workers = aWorker();
    const events: string[] = [];
    const begun = latch();
    const release = latch();
    workers.register('debit', 1, async () => {
      begun.resolve();
      await release.promise;
      events.push('job done');
    });
    await aBell().ring('debit', aJob());
    await begun.promise;
    const stopping = workers.beforeApplicationShutdown().then(() => events.push('stopped'));
    release.resolve();
    await stopping;
    expect(events).toEqual(['job done', 'stopped']);
  });

  it('consumes no lane that is registered after the stop', async () => {
    const workers = aWorker();
    await workers.beforeApplicationShutdown();
    workers.register('debit', 1, () => Promise.resolve());
    expect(workers.covers(['debit'])).toBe(false);
  });

  it('brings a rush of bells in few jobs, each attempt once, never more at a time than the lane allows', async () => {
    const heard: string[] = [];
    let [running, most] = [0, 0];
    aWorker().register('dcc', 3, async ({ attemptId }) => {
      running += 1;
      most = Math.max(most, running);
      await new Promise((resolve) => setImmediate(resolve));
      running -= 1;
      heard.push(attemptId);
    });
    const bell = aBell();
    const jobs = Array.from({ length: 120 }, aJob);
    await Promise.all(jobs.map((job) => bell.ring('dcc', job)));
    await expect.poll(() => heard.length, WAIT).toBe(120);
    expect([...heard].sort()).toEqual(jobs.map(({ attemptId }) => attemptId).sort());
    expect({ most, counts: bell.counts }).toEqual({ most: 3, counts: { rings: 120, jobs: 3, lost: 0 } });
  });

  it.runIf(backend === 'postgres')(
    'costs the queue two statements a job, however many attempts it carries',
    async () => {
      const heard = new Set<string>();
      const [ringing, working] = [queuesOf(4), queuesOf(12)];
      aWorker(working).register('debit', 50, ({ attemptId }) => Promise.resolve(void heard.add(attemptId)));
      const bell = aBell(ringing);
      const statements = () => ringing.counts.statements + working.counts.statements;
      const ringAll = async (count: number) => {
        const jobs = Array.from({ length: count }, aJob);
        await Promise.all(jobs.map((job) => bell.ring('debit', job)));
        await expect.poll(() => jobs.every(({ attemptId }) => heard.has(attemptId)), WAIT).toBe(true);
      };
      await ringAll(1);
      const start = statements();
      for (let i = 0; i < 10; i += 1) await ringAll(1);
      const slow = statements() - start;
      await ringAll(1_000);
      const rush = statements() - start - slow;
      // one to ring and one to hear, and a look or two of the idle worker
      expect(slow).toBeLessThanOrEqual(10 * 2 + 4);
      expect(rush).toBeLessThanOrEqual(20 * 2 + 4);
      const admin = new pg.Client({ connectionString: db.adminUrl });
      await admin.connect();
      const { rows } = await admin.query(
        'select (select count(*)::int from bullmq.event) as events, (select count(*)::int from bullmq.job) as jobs',
      );
      await admin.end();
      expect(rows).toEqual([{ events: 0, jobs: 0 }]);
    },
  );

  it('hears the others of a job when one of them fails', async () => {
    const heard: string[] = [];
    const jobs = [aJob(), aJob(), aJob()];
    aWorker().register('nfc', 3, ({ attemptId }) => {
      heard.push(attemptId);
      return attemptId === jobs[0]?.attemptId ? Promise.reject(new Error('no')) : Promise.resolve();
    });
    const bell = aBell();
    await Promise.all(jobs.map((job) => bell.ring('nfc', job)));
    await expect.poll(() => heard, WAIT).toEqual(jobs.map(({ attemptId }) => attemptId));
  });

  it('refuses a second handler for a lane', () => {
    const workers = aWorker();
    workers.register('credit', 1, () => Promise.resolve());
    expect(() => workers.register('credit', 1, () => Promise.resolve())).toThrow('one handler');
    expect(workers.covers(['credit'])).toBe(true);
    expect(workers.covers(['credit', 'nfc'])).toBe(false);
  });

  it('rings again after every connection to the queue was cut', async () => {
    const heard: string[] = [];
    const bell = aBell();
    aWorker().register('credit', 2, (job) => Promise.resolve(void heard.push(job.attemptId)));
    const first = aJob();
    await bell.ring('credit', first);
    await expect.poll(() => heard, WAIT).toContain(first.attemptId);
    await cut();
    let repeat = 0;
    const job = aJob();
    // as the sweeper does: a bell may be lost while the line comes back
    await expect
      .poll(async () => {
        await bell.ring('credit', job, repeat);
        repeat += 1;
        return heard;
      }, WAIT)
      .toContain(job.attemptId);
  });

  const cut = async () => {
    if (backend === 'redis') {
      const redis = new Redis(REDIS_URL ?? '');
      await redis.client('KILL', 'TYPE', 'normal', 'SKIPME', 'yes');
      redis.disconnect();
      return;
    }
    const admin = new pg.Client({ connectionString: db.adminUrl });
    await admin.connect();
    await admin.query(
      `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and pid <> pg_backend_pid()`,
    );
    await admin.end();
  };
});

/** A promise that the test itself resolves; Node 20 has no `Promise.withResolvers`. */
function latch(): { promise: Promise<void>; resolve: () => void } {
  let resolve: () => void = () => undefined;
  const promise = new Promise<void>((done) => {
    resolve = done;
  });
  return { promise, resolve };
}

describe('a bell without a queue', () => {
  it.each([
    { redisUrl: null, databaseUrl: new Secret('postgresql://nobody@127.0.0.1:1/none') },
    { redisUrl: 'redis://127.0.0.1:1', databaseUrl: new Secret('') },
  ])('never throws: it counts, and the sweeper will find the attempt', async (config) => {
    const lines: string[] = [];
    const queues = new LaneQueues(config, quietLogger());
    const bell = new LaneBell(queues, quietLogger(lines), new SystemClock(), new Metrics());
    await bell.ring('credit', { tenantId: newId(new Date()), attemptId: newId(new Date()) });
    expect(bell.counts).toEqual({ rings: 1, jobs: 1, lost: 1 });
    expect(lines.join('')).toContain('the sweeper will ring again');
    await expect(queues.ping()).rejects.toThrow();
    await queues.onApplicationShutdown();
  });
});
