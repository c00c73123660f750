import { Injectable, Optional, type OnApplicationShutdown } from '@nestjs/common';
import type { TenantContext } from '@tsunagu/contracts';
import { Clock } from '@tsunagu/kernel';
import { AppConfig } from '@tsunagu/platform';
import { LocalQuotas, type QuotaStore } from './quota-store.js';
import { RedisQuotas } from './redis-quotas.js';

/** Requests per second of a tenant; null is unlimited. `terminal` holds for each terminal, `keyConcurrency` for each key. */
export interface RateLimits {
  readonly pay: number | null;
  readonly read: number | null;
  readonly terminal: number | null;
  /** Requests that one key may have open at once in one api process. */
  readonly keyConcurrency: number | null;
}

/** Limits of a live tenant that has agreed nothing else. @source reference/api-conventions.md §8 */
export const DEFAULT_RATE_LIMITS: RateLimits = { pay: 50, read: 100, terminal: 2, keyConcurrency: 100 };

/** What the reply headers `RateLimit-Policy` and `RateLimit` say; only `isAllowed` for a tenant without a limit. */
export interface QuotaAnswer {
  readonly isAllowed: boolean;
  /** Name of the policy that decided: `pay`, `read`, `terminal` or `rest`. */
  readonly policy: string;
  readonly quota?: number;
  readonly windowSeconds?: number;
  readonly remaining?: number;
  /** Whole seconds until one more request is possible; `Retry-After` when refused. */
  readonly resetSeconds?: number;
}

/** What a request is about, as far as limits care. */
export interface QuotaSubject {
  /** Terminal that pays, where the key is not limited to one. */
  readonly terminal?: string;
  /** The one payment or purchase of its path. */
  readonly resource?: string;
}

/** Reversals, voids and reads of one open payment stay possible when `read` is used up. @source reference/api-conventions.md §8 */
const REST_PER_SECOND = 1;
const FROM_READ: readonly string[] = ['read', 'open', 'repair'];

/**
 * Token buckets: shared by all api processes where Redis is set, else in the memory of each, so that a tenant's limit is then
 * multiplied by the number of processes. Open requests of a key are always counted per process.
 */
@Injectable()
export class RateLimiter implements OnApplicationShutdown {
  readonly #limits = new Map<string, RateLimits>();
  readonly #open = new Map<string, number>();
  readonly #quotas: QuotaStore;
  readonly #redis: RedisQuotas | undefined;

  constructor(clock: Clock, @Optional() config?: AppConfig) {
    const local = new LocalQuotas(clock);
    const url = config?.redisUrl ?? null;
    this.#redis = url === null ? undefined : new RedisQuotas(url, local, () => clock.monotonicMs());
    this.#quotas = this.#redis ?? local;
  }

  onApplicationShutdown(): void {
    this.#redis?.close();
  }

  /** Limits as the credential's tenant has them now. */
  learn(tenantId: string, limits: RateLimits): void {
    this.#limits.set(tenantId, limits);
  }

  /**
   * Take one request from a policy: `pay` and `read` per tenant; a terminal's payments also from its `terminal` bucket.
   * `repair` and `open` are taken from `read`, and when that is used up from a rest of one a second for each terminal, or for each
   * payment where the key is not limited to a terminal. Any other policy is not limited.
   */
  async take(ctx: TenantContext, policy: string, subject: QuotaSubject = {}): Promise<QuotaAnswer> {
    const limits = this.#limits.get(ctx.tenantId) ?? DEFAULT_RATE_LIMITS;
    if (policy === 'pay') return this.#pay(ctx, limits, ctx.terminalId ?? subject.terminal);
    if (limits.read === null || !FROM_READ.includes(policy)) return { isAllowed: true, policy };
    const answer = await this.#draw('read', ctx.tenantId, limits.read);
    const last = ctx.terminalId ?? subject.resource;
    if (answer.isAllowed || policy === 'read' || last === undefined) return answer;
    return this.#draw('rest', `${ctx.tenantId}:${last}`, REST_PER_SECOND);
  }

  /**
   * Let a request of a key in.
   * @returns how it leaves again, or undefined when the key has too many open
   */
  enter(key: { readonly tenantId: string; readonly id: string }): (() => void) | undefined {
    const most = (this.#limits.get(key.tenantId) ?? DEFAULT_RATE_LIMITS).keyConcurrency;
    if (most === null) return NOTHING;
    const open = this.#open.get(key.id) ?? 0;
    if (open >= most) return undefined;
    this.#open.set(key.id, open + 1);
    return () => {
      const left = (this.#open.get(key.id) ?? 1) - 1;
      if (left === 0) this.#open.delete(key.id);
      else this.#open.set(key.id, left);
    };
  }

  async #pay(ctx: TenantContext, limits: RateLimits, terminal: string | undefined): Promise<QuotaAnswer> {
    if (terminal !== undefined && limits.terminal !== null) {
      const answer = await this.#draw('terminal', `${ctx.tenantId}:${terminal}`, limits.terminal);
      if (!answer.isAllowed || limits.pay === null) return answer;
    }
    return limits.pay === null ? { isAllowed: true, policy: 'pay' } : this.#draw('pay', ctx.tenantId, limits.pay);
  }

  async #draw(policy: string, owner: string, quota: number): Promise<QuotaAnswer> {
    const { isAllowed, tokens } = await this.#quotas.draw(`${policy}:${owner}`, quota);
    const secondsToNext = tokens >= 1 ? 0 : (1 - tokens) / quota;
    return {
      isAllowed,
      policy,
      quota,
      windowSeconds: 1,
      remaining: Math.floor(tokens),
      resetSeconds: Math.max(1, Math.ceil(secondsToNext)),
    };
  }
}

const NOTHING = (): void => undefined;
