import { SystemClock } from '@tsunagu/kernel';
import { describe, expect, it } from 'vitest';
import { DEFAULT_RATE_LIMITS, RateLimiter } from './rate-limiter.js';

class SteppedClock extends SystemClock {
  ms = 0;

  override monotonicMs(): number {
    return this.ms;
  }
}

const TENANT = { tenantId: 'a', requestId: 'req' };

describe('rate limits', () => {
  it('allows the quota at once, then as many a second, and tells what is left', async () => {
    const clock = new SteppedClock();
    const limiter = new RateLimiter(clock);
    limiter.learn('a', { ...DEFAULT_RATE_LIMITS, pay: 2 });
    expect(await limiter.take(TENANT, 'pay')).toEqual({
      isAllowed: true,
      policy: 'pay',
      quota: 2,
      windowSeconds: 1,
      remaining: 1,
      resetSeconds: 1,
    });
    expect(await limiter.take(TENANT, 'pay')).toMatchObject({ isAllowed: true, remaining: 0 });
    expect(await limiter.take(TENANT, 'pay')).toMatchObject({ isAllowed: false, remaining: 0, resetSeconds: 1 });
    clock.ms += 500;
    expect(await limiter.take(TENANT, 'pay')).toMatchObject({ isAllowed: true });
    expect(await limiter.take(TENANT, 'pay')).toMatchObject({ isAllowed: false });
  });

  it('counts each tenant and each policy alone', async () => {
    const limiter = new RateLimiter(new SteppedClock());
    limiter.learn('a', { pay: 1, read: 1, terminal: null });
    limiter.learn('b', { pay: 1, read: 1, terminal: null });
    for (const [tenantId, policy] of [
      ['a', 'pay'],
      ['a', 'read'],
      ['b', 'pay'],
    ] as const) {
      expect(await limiter.take({ tenantId, requestId: 'req' }, policy)).toMatchObject({ isAllowed: true });
    }
    expect(await limiter.take(TENANT, 'pay')).toMatchObject({ isAllowed: false });
  });

  it('limits a terminal below its tenant, so that one till cannot use up a store', async () => {
    const limiter = new RateLimiter(new SteppedClock());
    limiter.learn('a', DEFAULT_RATE_LIMITS);
    const till = { ...TENANT, terminalId: 't1' };
    await limiter.take(till, 'pay');
    await limiter.take(till, 'pay');
    expect(await limiter.take(till, 'pay')).toMatchObject({ isAllowed: false, policy: 'terminal', quota: 2 });
    expect(await limiter.take({ ...TENANT, terminalId: 't2' }, 'pay')).toMatchObject({ isAllowed: true });
  });

  it('never limits a tenant without limits, nor an open payment', async () => {
    const limiter = new RateLimiter(new SteppedClock());
    limiter.learn('a', { pay: null, read: null, terminal: null });
    for (let i = 0; i < 500; i += 1)
      expect(await limiter.take(TENANT, 'pay')).toEqual({ isAllowed: true, policy: 'pay' });
    expect(await limiter.take({ tenantId: 'unknown', requestId: 'req' }, 'open')).toEqual({
      isAllowed: true,
      policy: 'open',
    });
  });
});
