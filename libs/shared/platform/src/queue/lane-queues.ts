import { once } from 'node:events';
import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Lane, LaneJob } from '@tsunagu/contracts';
import { Queue, Worker, type BackendFactory, type Job, type PostgresConnectionOptions } from 'bullmq';
import { Redis } from 'ioredis';
import pg from 'pg';
import type { AppConfig } from '../config/app-config.js';
import { AppLogger } from '../logging/app-logger.js';
import { Notifications } from '../database/notifications.js';
import { withServerOptions } from '../database/server-options.js';
import { BellBackend, type BellListener } from './bell-backend.js';
import { Outage } from './outage.js';

/** A job is a bell that has rung: nobody reads it again. */
const KEEP_NOTHING = { removeOnComplete: true, removeOnFail: true };
/** A few statements and short ones: whatever the tables look like, by the index and with the plan of the first time. */
const SERVER_OPTIONS =
  '-c search_path=gateway,bullmq -c synchronous_commit=off -c plan_cache_mode=force_generic_plan -c enable_seqscan=off';
const ADD_TIMEOUT_MS = 2_000;
/** Longer than any pause between two tries of BullMQ or of the Redis client. */
const QUIET_AFTER_MS = 10_000;

/** What a worker does with an attempt; the id of the job that brought it is for the request id of its context. */
export type LaneHandler = (job: LaneJob, jobId: string) => Promise<void>;

/** What lies in the queue: the attempts of one bell, ids and nothing else. */
export interface LaneBatch {
  readonly attempts: readonly LaneJob[];
}

/** What a consumer is called with. */
export type BatchHandler = (batch: LaneBatch, jobId: string) => Promise<void>;

/**
 * The queues behind the lanes: BullMQ on PostgreSQL, or on Redis when `REDIS_URL` is set. One place knows which.
 * Everything in a queue may be lost at any time: the attempt row is the outbox.
 */
@Injectable()
export class LaneQueues implements OnApplicationShutdown {
  /** Counted costs of the queue on PostgreSQL, each statement a commit: they may only shrink. Stays 0 on Redis. */
  readonly counts = { statements: 0 };
  readonly #queues = new Map<Lane, Queue<LaneBatch>>();
  readonly #redisUrl: string | null;
  readonly #databaseUrl: string;
  readonly #pool: pg.Pool | undefined;
  readonly #redis: Redis | undefined;
  #isClosed = false;

  constructor(
    config: Pick<AppConfig, 'redisUrl' | 'databaseUrl'>,
    private readonly logger: AppLogger,
    options: { connectionsMax?: number; prefix?: string } = {},
  ) {
    this.#redisUrl = config.redisUrl;
    this.#databaseUrl = config.databaseUrl.reveal();
    this.prefix = options.prefix ?? 'tsunagu';
    if (config.redisUrl === null) this.#pool = this.#openPool(this.#databaseUrl, options.connectionsMax ?? 4);
    else this.#redis = this.#openRedis(config.redisUrl, { enableOfflineQueue: false, maxRetriesPerRequest: 1 });
  }

  /** Start of the names of all Redis keys; a hash tag per lane keeps a lane on one slot of a cluster. */
  readonly prefix: string;

  get backend(): 'postgres' | 'redis' {
    return this.#pool === undefined ? 'redis' : 'postgres';
  }

  /** @throws Error the queue is not reachable; the caller decides what that means */
  async add(lane: Lane, jobs: readonly LaneJob[], jobId: string): Promise<void> {
    const attempts = jobs.map(({ tenantId, attemptId }) => ({ tenantId, attemptId }));
    const added = this.#queue(lane).add('attempts', { attempts }, { jobId, ...KEEP_NOTHING });
    await withTimeout(added, ADD_TIMEOUT_MS);
  }

  /** A running consumer of one lane, one job at a time: the handler resolves when it has room for the next. Close it before this. */
  consume(lane: Lane, handler: BatchHandler): Worker<LaneBatch> {
    const options = { concurrency: 1, runRetryDelay: 1_000, drainDelay: 5, maxStalledCount: 3 };
    const process = (job: Job<LaneBatch>) => handler(job.data, job.id ?? lane);
    const worker: Worker<LaneBatch> =
      this.#pool !== undefined
        ? this.#bellWorker(this.#pool, lane, process, options)
        : new Worker<LaneBatch>(lane, process, {
            ...options,
            prefix: this.#redisPrefix(lane),
            connection: this.#openRedis(this.#redisUrl ?? '', { maxRetriesPerRequest: null }),
          });
    this.#reportOnce(worker, lane, 'a lane lost its queue', 'a lane has its queue again');
    return worker;
  }

  /** No lock is taken, so none is renewed and none can be left behind. */
  #bellWorker(
    pool: pg.Pool,
    lane: Lane,
    process: (job: Job<LaneBatch>) => Promise<void>,
    options: object,
  ): Worker<LaneBatch> {
    this.#listener ??= new RingListener(this.#databaseUrl);
    const unlocked = { ...options, skipLockRenewal: true, skipStalledCheck: true, connection: pool };
    return new Worker(lane, process, unlocked, this.#bells(pool, this.#listener)) as unknown as Worker<LaneBatch>;
  }

  #bells(pool: pg.Pool, listener?: BellListener): BackendFactory<BellBackend, PostgresConnectionOptions> {
    return (name, options) => new BellBackend({ pool, ...(listener && { listener }) }, name, options);
  }

  /** @throws Error the queue does not answer */
  async ping(): Promise<void> {
    const redis = this.#redis;
    const answer = redis === undefined ? (this.#pool as pg.Pool).query('select 1') : pingRedis(redis);
    await withTimeout<unknown>(answer, ADD_TIMEOUT_MS);
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await Promise.all([...this.#queues.values()].map((queue) => queue.close().catch(() => undefined)));
    for (const outage of this.#outages) outage.forget();
    for (const client of this.#clients) client.disconnect();
    await this.#listener?.close();
    await this.#pool?.end();
  }

  #listener: RingListener | undefined;
  readonly #clients: Redis[] = [];
  readonly #outages: Outage[] = [];

  #queue(lane: Lane): Queue<LaneBatch> {
    const known = this.#queues.get(lane);
    if (known !== undefined) return known;
    const queue: Queue<LaneBatch> =
      this.#pool !== undefined
        ? (new Queue(lane, { connection: this.#pool }, this.#bells(this.#pool)) as unknown as Queue<LaneBatch>)
        : new Queue<LaneBatch>(lane, { connection: this.#redis as Redis, prefix: this.#redisPrefix(lane) });
    this.#reportOnce(queue, lane, 'a bell lost its queue', 'a bell has its queue again');
    this.#queues.set(lane, queue);
    return queue;
  }

  /** BullMQ repeats its error at each try: one line when the queue goes, and one when it has long been back. */
  #reportOnce(
    part: { on(event: 'error', listener: () => void): unknown },
    lane: Lane,
    lost: string,
    back: string,
  ): void {
    const facts = { lane, backend: this.backend };
    const outage = new Outage(QUIET_AFTER_MS, {
      begins: () => this.logger.warn(lost, facts),
      ends: () => this.logger.log(back, facts),
    });
    this.#outages.push(outage);
    part.on('error', () => outage.strike());
  }

  #redisPrefix(lane: Lane): string {
    return `{${this.prefix}-${lane}}`;
  }

  #openPool(url: string, max: number): pg.Pool {
    // a lost bell is rung again by the sweeper, so no bell waits for the disk: docs/adr/0008
    const pool = new PreparingPool(this.counts, {
      connectionString: withServerOptions(url, SERVER_OPTIONS),
      max,
      keepAlive: true,
      connectionTimeoutMillis: ADD_TIMEOUT_MS,
    });
    pool.setMaxListeners(0); // every queue and every worker listens to it
    pool.on('error', () => this.logger.warn('an idle queue connection was lost'));
    pool.on('connect', (client) => client.on('error', () => undefined));
    return pool;
  }

  #openRedis(url: string, options: { enableOfflineQueue?: boolean; maxRetriesPerRequest: number | null }): Redis {
    const client = new Redis(url, {
      ...options,
      connectTimeout: ADD_TIMEOUT_MS,
      retryStrategy: (times) => Math.min(times * 100, 2_000),
    });
    client.on('error', () => undefined); // the queue and the worker report it; without a listener the process would end
    this.#clients.push(client);
    return client;
  }
}

/** One connection hears the bells of all lanes: BullMQ would open one per lane, and each NOTIFY wakes every one of them. */
class RingListener implements BellListener {
  readonly #handlers = new Map<string, (() => void)[]>();
  readonly #notifications: Notifications;

  constructor(url: string) {
    this.#notifications = new Notifications(url, 'bullmq_jobs', {
      hear: (lane) => this.#handlers.get(lane)?.forEach((handler) => handler()),
      begin: () => {
        for (const handlers of this.#handlers.values()) for (const handler of handlers) handler();
      },
    });
  }

  onRing(lane: string, handler: () => void): void {
    this.#handlers.set(lane, [...(this.#handlers.get(lane) ?? []), handler]);
    void this.#notifications.listening().catch(() => undefined);
  }

  close(): Promise<void> {
    return this.#notifications.close();
  }
}

/** BullMQ sends every statement as text: named, each is parsed and planned once per connection. */
class PreparingPool extends pg.Pool {
  readonly #names = new Map<string, string>();

  constructor(
    private readonly counts: LaneQueues['counts'],
    config: pg.PoolConfig,
  ) {
    super(config);
  }

  // oxlint-disable-next-line typescript/no-explicit-any -- pg's own overloads; BullMQ calls one of them
  override query(...given: any[]): any {
    const [text, values] = given as [unknown, unknown];
    this.counts.statements += 1;
    if (typeof text !== 'string' || !Array.isArray(values) || given.length > 2)
      return super.query(...(given as [string]));
    return super.query({ name: this.#nameOf(text), text, values });
  }

  #nameOf(text: string): string {
    const known = this.#names.get(text);
    if (known !== undefined) return known;
    const name = `bullmq_${this.#names.size}`;
    this.#names.set(text, name);
    return name;
  }
}

/** Commands are refused, not kept, while the connection is being made: a first ping has to wait for it. */
async function pingRedis(redis: Redis): Promise<void> {
  if (redis.status !== 'ready') await once(redis, 'ready');
  await redis.ping();
}

async function withTimeout<T>(work: Promise<T>, timeoutMs: number): Promise<T> {
  let timer: NodeJS.Timeout | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error('the queue did not answer in time')), timeoutMs);
  });
  try {
    return await Promise.race([work, late]);
  } finally {
    clearTimeout(timer);
  }
}
