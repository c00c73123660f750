import { Clock, newId } from '@tsunagu/kernel';
import { describe, expect, it } from 'vitest';
import { GatheredRings, type LaneRing } from './gathered-rings.js';

/** Time moves only when the test says so. */
class HandClock extends Clock {
  #ms = 0;
  readonly #sleepers: { atMs: number; wake: () => void }[] = [];

  override now(): Date {
    return new Date(this.#ms);
  }
  override monotonicMs(): number {
    return this.#ms;
  }
  override sleep(delayMs: number): Promise<void> {
    return new Promise((wake) => this.#sleepers.push({ atMs: this.#ms + delayMs, wake }));
  }

  async pass(ms: number): Promise<void> {
    this.#ms += ms;
    for (const { wake } of this.#sleepers.filter(({ atMs }) => atMs <= this.#ms)) wake();
    await new Promise((resolve) => setImmediate(resolve));
  }
}

describe('rings of a lane', () => {
  const setUp = (carry: (rings: readonly LaneRing[]) => Promise<void> = () => Promise.resolve()) => {
    const clock = new HandClock();
    const carried: number[] = [];
    const rings = new GatheredRings(clock, (gathered) => {
      carried.push(gathered.length);
      return carry(gathered);
    });
    const ring = () => rings.ring({ job: { tenantId: newId(new Date()), attemptId: newId(new Date()) }, repeat: 0 });
    return { clock, carried, ring };
  };

  it('go at once, one by one, while they come slowly', async () => {
    const { clock, carried, ring } = setUp();
    for (let i = 0; i < 100; i += 1) {
      await ring();
      await clock.pass(25);
    }
    expect(carried).toEqual(Array.from({ length: 100 }, () => 1));
  });

  it('share jobs in a rush: four at once, then one in 25 ms', async () => {
    const { clock, carried, ring } = setUp();
    for (let ms = 0; ms < 1_000; ms += 1) {
      void ring();
      await clock.pass(1);
    }
    await clock.pass(25);
    expect(carried.reduce((a, b) => a + b)).toBe(1_000);
    expect(carried.length).toBeLessThanOrEqual(4 + 1_000 / 25 + 1);
  });

  it('wait no longer than the pace', async () => {
    const { clock, carried, ring } = setUp();
    for (let i = 0; i < 4; i += 1) await ring();
    const last = ring();
    await clock.pass(24);
    expect(carried).toHaveLength(4);
    await clock.pass(1);
    await last;
    expect(carried).toEqual([1, 1, 1, 1, 1]);
  });

  it('never fill a job with more than fifty', async () => {
    const { clock, carried, ring } = setUp();
    const all = Array.from({ length: 120 }, ring);
    await clock.pass(0);
    await Promise.all(all);
    expect(carried).toEqual([50, 50, 20]);
  });

  it('tell everybody of a job that it failed, and carry the next one anew', async () => {
    let isBroken = true;
    const { ring } = setUp(() => (isBroken ? Promise.reject(new Error('no queue')) : Promise.resolve()));
    const told = await Promise.allSettled([ring(), ring()]);
    expect(told.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    isBroken = false;
    await ring();
  });
});
