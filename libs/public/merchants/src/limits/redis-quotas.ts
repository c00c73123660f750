import { Redis } from 'ioredis';
import type { Draw, QuotaStore } from './quota-store.js';

/** A limit must cost less than what it protects: slower than this is as good as down. */
const COMMAND_TIMEOUT_MS = 50;
/** After a failure nobody asks for so long. */
const REST_MS = 1_000;

/**
 * One draw, atomic and on Redis's own clock, so that the clocks of the api processes do not matter.
 * A bucket that nobody draws from is full again after a second, and then it need not exist.
 */
const DRAW = `
  local time = redis.call('TIME')
  local now = time[1] * 1000 + time[2] / 1000
  local quota = tonumber(ARGV[1])
  local known = redis.call('HMGET', KEYS[1], 'tokens', 'at')
  local tokens, at = tonumber(known[1]) or quota, tonumber(known[2]) or now
  tokens = math.min(quota, tokens + math.max(0, now - at) / 1000 * quota)
  local allowed = 0
  if tokens >= 1 then allowed = 1; tokens = tokens - 1 end
  redis.call('HSET', KEYS[1], 'tokens', tostring(tokens), 'at', string.format('%.3f', now))
  redis.call('PEXPIRE', KEYS[1], 2000)
  return { allowed, tostring(tokens) }`;

/** Buckets that all api processes share. While Redis does not answer, each process counts for itself: limits never stop payments. */
export class RedisQuotas implements QuotaStore {
  readonly #redis: Redis;
  #restsUntilMs = 0;

  constructor(
    url: string,
    private readonly meanwhile: QuotaStore,
    private readonly monotonicMs: () => number,
  ) {
    this.#redis = new Redis(url, {
      lazyConnect: true,
      maxRetriesPerRequest: 0,
      commandTimeout: COMMAND_TIMEOUT_MS,
      connectTimeout: 2_000,
    });
    this.#redis.on('error', () => undefined); // every failed draw is seen where it is made
  }

  async draw(bucket: string, quota: number): Promise<Draw> {
    if (this.monotonicMs() < this.#restsUntilMs) return this.meanwhile.draw(bucket, quota);
    try {
      const [allowed, tokens] = (await this.#redis.eval(DRAW, 1, `quota:${bucket}`, quota)) as [number, string];
      return { isAllowed: allowed === 1, tokens: Number(tokens) };
    } catch {
      this.#restsUntilMs = this.monotonicMs() + REST_MS;
      return this.meanwhile.draw(bucket, quota);
    }
  }

  close(): void {
    this.#redis.disconnect();
  }
}
