import { Clock } from '@tsunagu/kernel';
import { describe, expect, it } from 'vitest';
import { Gathering } from './gathering.js';

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

const LIMITS = { itemsMax: 50, burst: 4, paceMs: 25 };

describe('what is gathered', () => {
  const setUp = (carry: () => Promise<void> = () => Promise.resolve()) => {
    const clock = new HandClock();
    const carried: number[] = [];
    const gathering = new Gathering<string>(clock, LIMITS, (items) => {
      carried.push(items.length);
      return carry();
    });
    return { clock, carried, ring: () => gathering.add('x') };
  };

  it('goes at once, one by one, while it comes slowly', async () => {
    const { clock, carried, ring } = setUp();
    for (let i = 0; i < 100; i += 1) {
      await ring();
      await clock.pass(25);
    }
    expect(carried).toEqual(Array.from({ length: 100 }, () => 1));
  });

  it('travels together in a rush: four at once, then one in 25 ms', async () => {
    const { clock, carried, ring } = setUp();
    for (let ms = 0; ms < 1_000; ms += 1) {
      void ring();
      await clock.pass(1);
    }
    await clock.pass(25);
    expect(carried.reduce((a, b) => a + b)).toBe(1_000);
    expect(carried.length).toBeLessThanOrEqual(4 + 1_000 / 25 + 1);
  });

  it('waits no longer than the pace', async () => {
    const { clock, carried, ring } = setUp();
    for (let i = 0; i < 4; i += 1) await ring();
    const last = ring();
    await clock.pass(24);
    expect(carried).toHaveLength(4);
    await clock.pass(1);
    await last;
    expect(carried).toEqual([1, 1, 1, 1, 1]);
  });

  it('is never more than fifty together', async () => {
    const { clock, carried, ring } = setUp();
    const all = Array.from({ length: 120 }, ring);
    await clock.pass(0);
    await Promise.all(all);
    expect(carried).toEqual([50, 50, 20]);
  });

  it('is told all together that it failed, and the next one is carried anew', async () => {
    let isBroken = true;
    const { ring } = setUp(() => (isBroken ? Promise.reject(new Error('no queue')) : Promise.resolve()));
    const told = await Promise.allSettled([ring(), ring()]);
    expect(told.map(({ status }) => status)).toEqual(['rejected', 'rejected']);
    isBroken = false;
    await ring();
  });
});
