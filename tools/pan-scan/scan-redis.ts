import { Redis } from 'ioredis';
import type { ScanReport } from './scan-report.js';

/** Every key of every kind: its name, and `DUMP`-free readings of its value, so that compression hides nothing. */
export async function scanRedis(report: ScanReport, url: string): Promise<void> {
  const redis = new Redis(url, { maxRetriesPerRequest: 1 });
  try {
    let cursor = '0';
    do {
      const [next, keys] = await redis.scan(cursor, 'COUNT', 500);
      cursor = next;
      for (const key of keys) await scanKey(report, redis, key);
    } while (cursor !== '0');
  } finally {
    redis.disconnect();
  }
}

async function scanKey(report: ScanReport, redis: Redis, key: string): Promise<void> {
  report.value('queue', `redis key name`, Buffer.from(key));
  for (const bytes of await valuesOf(redis, key)) report.value('queue', `redis ${key}`, bytes);
}

async function valuesOf(redis: Redis, key: string): Promise<Buffer[]> {
  const kind = await redis.type(key);
  if (kind === 'string') return [(await redis.getBuffer(key)) ?? Buffer.alloc(0)];
  if (kind === 'list') return redis.lrangeBuffer(key, 0, -1);
  if (kind === 'set') return redis.smembersBuffer(key);
  if (kind === 'zset') return redis.zrangeBuffer(key, 0, -1);
  if (kind === 'hash')
    return Object.entries(await redis.hgetallBuffer(key)).flatMap(([name, value]) => [Buffer.from(name), value]);
  if (kind === 'stream') return flatten(await redis.xrangeBuffer(key, '-', '+'));
  return [];
}

function flatten(entries: readonly [Buffer, Buffer[]][]): Buffer[] {
  return entries.flatMap(([id, fields]) => [id, ...fields]);
}
