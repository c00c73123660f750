import { randomUUID } from 'node:crypto';
import { SystemClock } from '@tsunagu/kernel';
import { afterEach, describe, expect, it } from 'vitest';
import { LocalQuotas } from './quota-store.js';
import { RedisQuotas } from './redis-quotas.js';

const REDIS_URL = process.env['REDIS_URL'] ?? '';
const open: RedisQuotas[] = [];
const clock = new SystemClock();
const quotasAt = (url: string) => {
  const quotas = new RedisQuotas(url, new LocalQuotas(clock), () => clock.monotonicMs());
  open.push(quotas);
  return quotas;
};
afterEach(() => open.splice(0).forEach((quotas) => quotas.close()));

const allowedOf = async (draws: Promise<{ isAllowed: boolean }>[]) =>
  (await Promise.all(draws)).filter(({ isAllowed }) => isAllowed).length;

describe.skipIf(REDIS_URL === '')('limits over Redis', () => {
  it('are one bucket for all api processes [I2]', async () => {
    const bucket = `spec:${randomUUID()}`;
    const [here, there] = [quotasAt(REDIS_URL), quotasAt(REDIS_URL)];
    await Promise.all([here.draw(`spec:${randomUUID()}`, 1), there.draw(`spec:${randomUUID()}`, 1)]); // both are connected
    const before = performance.now();
    const allowed = await allowedOf(
      Array.from({ length: 60 }, (_, index) => (index % 2 === 0 ? here : there).draw(bucket, 20)),
    );
    const refilled = ((performance.now() - before) / 1_000) * 20;
    expect(allowed).toBeGreaterThanOrEqual(20);
    expect(allowed).toBeLessThanOrEqual(20 + Math.ceil(refilled)); // two processes that count alone would allow 40
  });
});

describe('limits while Redis is away', () => {
  it('hold per process, and never stop a request [I2]', async () => {
    const quotas = quotasAt('redis://127.0.0.1:9');
    expect(await quotas.draw('a', 2)).toMatchObject({ isAllowed: true });
    expect(await quotas.draw('a', 2)).toMatchObject({ isAllowed: true });
    const third = await quotas.draw('b', 1);
    expect([third.isAllowed, (await quotas.draw('b', 1)).isAllowed]).toEqual([true, false]);
  });
});
