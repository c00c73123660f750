import type { Clock } from '@tsunagu/kernel';

/** What is left in a bucket after a draw. */
export interface Draw {
  readonly isAllowed: boolean;
  /** Requests that are left, with their fraction. */
  readonly tokens: number;
}

/** Token buckets by name: full at first, refilled by `quota` a second, never above it. */
export interface QuotaStore {
  draw(bucket: string, quota: number): Draw | Promise<Draw>;
}

interface Bucket {
  tokens: number;
  filledAtMs: number;
}

const BUCKETS_MAX = 50_000;

/** Buckets in the memory of this process: a limit then holds per api process. */
export class LocalQuotas implements QuotaStore {
  readonly #buckets = new Map<string, Bucket>();

  constructor(private readonly clock: Clock) {}

  draw(name: string, quota: number): Draw {
    const now = this.clock.monotonicMs();
    const bucket = this.#bucket(name, quota, now);
    bucket.tokens = Math.min(quota, bucket.tokens + ((now - bucket.filledAtMs) / 1_000) * quota);
    bucket.filledAtMs = now;
    const isAllowed = bucket.tokens >= 1;
    if (isAllowed) bucket.tokens -= 1;
    return { isAllowed, tokens: bucket.tokens };
  }

  #bucket(name: string, quota: number, now: number): Bucket {
    const known = this.#buckets.get(name);
    if (known !== undefined) return known;
    if (this.#buckets.size >= BUCKETS_MAX) this.#buckets.clear(); // full buckets again for all: generous, and bounded
    const bucket = { tokens: quota, filledAtMs: now };
    this.#buckets.set(name, bucket);
    return bucket;
  }
}
