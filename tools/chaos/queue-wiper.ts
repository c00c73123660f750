import { Redis } from 'ioredis';
import pg from 'pg';

/** The queue's note of its own schema version; everything else in the schema is bells. */
const KEPT = ['migration'];

/** Forget every job of the queue on PostgreSQL, waiting or under way. @param url a login that may truncate */
export async function wipePostgresQueue(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 5_000 });
  client.on('error', () => undefined); // a server that is killed meanwhile; the query says so, too
  await client.connect();
  try {
    const { rows } = await client.query<{ name: string }>(
      `SELECT format('%I.%I', schemaname, tablename) AS name FROM pg_tables WHERE schemaname = 'bullmq' AND tablename <> ALL ($1)`,
      [KEPT],
    );
    await client.query(`SET lock_timeout = '5s'; TRUNCATE ${rows.map(({ name }) => name).join(', ')}`);
  } finally {
    await client.end().catch(() => undefined);
  }
}

/** The same on Redis: FLUSHALL. @param url a Redis of this run alone */
export async function wipeRedisQueue(url: string): Promise<void> {
  const redis = new Redis(url, { lazyConnect: true, retryStrategy: null, maxRetriesPerRequest: 0 });
  redis.on('error', () => undefined); // connect and flushall reject with the same
  try {
    await redis.connect();
    await redis.flushall();
  } finally {
    redis.disconnect();
  }
}
