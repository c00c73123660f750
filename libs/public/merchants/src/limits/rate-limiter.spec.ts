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
    limiter.learn('a', { pay: 1, read: 1, terminal: null, keyConcurrency: null });
    limiter.learn('b', { pay: 1, read: 1, terminal: null, keyConcurrency: null });
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
    limiter.learn('a', { pay: null, read: null, terminal: null, keyConcurrency: null });
    for (let i = 0; i < 500; i += 1)
      expect(await limiter.take(TENANT, 'pay')).toEqual({ isAllowed: true, policy: 'pay' });
  });

  it('keeps one repair and one read of an open payment a second for each terminal when everything else is used up', async () => {
    const clock = new SteppedClock();
    const limiter = new RateLimiter(clock);
    limiter.learn('a', { ...DEFAULT_RATE_LIMITS, read: 1 });
    const till = (terminalId: string) => ({ ...TENANT, terminalId });
    expect(await limiter.take(TENANT, 'read')).toMatchObject({ isAllowed: true });
    expect(await limiter.take(TENANT, 'read')).toMatchObject({ isAllowed: false, policy: 'read' });
    for (const terminal of ['t1', 't2', 't3'])
      expect(await limiter.take(till(terminal), 'repair')).toMatchObject({ isAllowed: true, policy: 'rest' });
    expect(await limiter.take(till('t1'), 'open')).toMatchObject({ isAllowed: false, policy: 'rest', resetSeconds: 1 });
    for (const resource of ['pay_1', 'pay_2'])
      expect(await limiter.take(TENANT, 'open', { resource })).toMatchObject({ isAllowed: true, policy: 'rest' });
    clock.ms += 1_000;
    expect(await limiter.take(till('t1'), 'open')).toMatchObject({ isAllowed: true });
  });

  it('limits a terminal also when a head office pays for it', async () => {
    const limiter = new RateLimiter(new SteppedClock());
    limiter.learn('a', DEFAULT_RATE_LIMITS);
    for (let index = 0; index < 2; index += 1) await limiter.take(TENANT, 'pay', { terminal: 't1' });
    expect(await limiter.take(TENANT, 'pay', { terminal: 't1' })).toMatchObject({
      isAllowed: false,
      policy: 'terminal',
    });
    expect(await limiter.take({ ...TENANT, terminalId: 't1' }, 'pay')).toMatchObject({ isAllowed: false });
    expect(await limiter.take(TENANT, 'pay', { terminal: 't2' })).toMatchObject({ isAllowed: true, policy: 'pay' });
  });

  it('lets a key have only so many requests open at once', () => {
    const limiter = new RateLimiter(new SteppedClock());
    limiter.learn('a', { ...DEFAULT_RATE_LIMITS, keyConcurrency: 2 });
    const key = { tenantId: 'a', id: 'k1' };
    const [leave] = [limiter.enter(key), limiter.enter(key)];
    expect(limiter.enter(key)).toBeUndefined();
    expect(limiter.enter({ tenantId: 'a', id: 'k2' })).toBeDefined();
    leave?.();
    expect(limiter.enter(key)).toBeDefined();
    expect(limiter.enter(key)).toBeUndefined();
  });
});
