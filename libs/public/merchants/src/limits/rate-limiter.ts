import { Injectable } from '@nestjs/common';
import type { TenantContext } from '@tsunagu/contracts';
import { Clock } from '@tsunagu/kernel';

/** Requests per second of a tenant; null is unlimited. `terminal` holds for each terminal. */
export interface RateLimits {
  readonly pay: number | null;
  readonly read: number | null;
  readonly terminal: number | null;
}

/** Limits of a live tenant that has agreed nothing else. @source reference/api-conventions.md §8 */
export const DEFAULT_RATE_LIMITS: RateLimits = { pay: 50, read: 100, terminal: 2 };

/** What the reply headers `RateLimit-Policy` and `RateLimit` say; only `isAllowed` for a tenant without a limit. */
export interface QuotaAnswer {
  readonly isAllowed: boolean;
  /** Name of the policy that decided: `pay`, `read` or `terminal`. */
  readonly policy: string;
  readonly quota?: number;
  readonly windowSeconds?: number;
  readonly remaining?: number;
  /** Whole seconds until one more request is possible; `Retry-After` when refused. */
  readonly resetSeconds?: number;
}

interface Bucket {
  tokens: number;
  filledAtMs: number;
}

const BUCKETS_MAX = 50_000;

/** Token buckets in the memory of this process: a limit holds per api process, which is enough to keep one tenant from starving another. */
@Injectable()
export class RateLimiter {
  readonly #limits = new Map<string, RateLimits>();
  readonly #buckets = new Map<string, Bucket>();

  constructor(private readonly clock: Clock) {}

  /** Limits as the credential's tenant has them now. */
  learn(tenantId: string, limits: RateLimits): void {
    this.#limits.set(tenantId, limits);
  }

  /**
   * Take one request from a policy: `pay` and `read` per tenant; a terminal's own payments also from its `terminal` bucket.
   * Any other policy is not limited here: reversals and reads of one open payment stay possible.
   */
  take(ctx: TenantContext, policy: string): Promise<QuotaAnswer> {
    return Promise.resolve(this.#take(ctx, policy));
  }

  #take(ctx: TenantContext, policy: string): QuotaAnswer {
    const limits = this.#limits.get(ctx.tenantId) ?? DEFAULT_RATE_LIMITS;
    if (policy !== 'pay' && policy !== 'read') return { isAllowed: true, policy };
    if (policy === 'pay' && ctx.terminalId !== undefined && limits.terminal !== null) {
      const answer = this.#draw('terminal', `${ctx.tenantId}:${ctx.terminalId}`, limits.terminal);
      if (!answer.isAllowed || limits.pay === null) return answer;
    }
    const quota = limits[policy];
    return quota === null ? { isAllowed: true, policy } : this.#draw(policy, ctx.tenantId, quota);
  }

  #draw(policy: string, owner: string, quota: number): QuotaAnswer {
    const now = this.clock.monotonicMs();
    const bucket = this.#bucket(`${policy}:${owner}`, quota, now);
    bucket.tokens = Math.min(quota, bucket.tokens + ((now - bucket.filledAtMs) / 1_000) * quota);
    bucket.filledAtMs = now;
    const isAllowed = bucket.tokens >= 1;
    if (isAllowed) bucket.tokens -= 1;
    const secondsToNext = bucket.tokens >= 1 ? 0 : (1 - bucket.tokens) / quota;
    return {
      isAllowed,
      policy,
      quota,
      windowSeconds: 1,
      remaining: Math.floor(bucket.tokens),
      resetSeconds: Math.max(1, Math.ceil(secondsToNext)),
    };
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
