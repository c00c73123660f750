import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { FairBucket } from './fair-bucket.js';

beforeEach(() => void vi.useFakeTimers());
afterEach(() => void vi.useRealTimers());

function bucket(limits: { perSecond: number; burst: number; waitMs: number }): FairBucket {
  return new FairBucket(limits, () => Date.now());
}

/** Take and note who was served. */
function takers(one: FairBucket, served: string[]): (lane: string) => Promise<void> {
  return (lane) =>
    one.take(lane).then(
      () => void served.push(lane),
      () => void served.push(`${lane} refused`),
    );
}

describe('quota of the HSM service', () => {
  it('never lets more calls go than the account has', async () => {
    const served: string[] = [];
    const take = takers(bucket({ perSecond: 100, burst: 10, waitMs: 10_000 }), served);
    for (let i = 0; i < 500; i += 1) void take('a');
    await vi.advanceTimersByTimeAsync(0);
    expect(served).toHaveLength(10);
    await vi.advanceTimersByTimeAsync(1000);
    expect(served.length).toBeGreaterThan(90);
    expect(served.length).toBeLessThanOrEqual(110);
  });

  it('serves a quiet tenant next, however long the line of a loud one is', async () => {
    const served: string[] = [];
    const take = takers(bucket({ perSecond: 100, burst: 1, waitMs: 10_000 }), served);
    for (let i = 0; i < 200; i += 1) void take('loud');
    void take('quiet');
    await vi.advanceTimersByTimeAsync(40);
    expect(served).toContain('quiet');
    expect(served.length).toBeLessThan(10);
  });

  it('refuses at once what would come too late, and lets the quiet one in even then', async () => {
    const served: string[] = [];
    const take = takers(bucket({ perSecond: 100, burst: 1, waitMs: 500 }), served);
    for (let i = 0; i < 200; i += 1) void take('loud');
    await vi.advanceTimersByTimeAsync(0);
    expect(served.filter((one) => one === 'loud refused').length).toBeGreaterThan(140);
    void take('quiet');
    await vi.advanceTimersByTimeAsync(40);
    expect(served).toContain('quiet');
    expect(served).not.toContain('quiet refused');
  });

  it('tells those in line when it ends', async () => {
    const one = bucket({ perSecond: 1, burst: 1, waitMs: 10_000 });
    await one.take('a');
    const waiting = expect(one.take('a')).rejects.toMatchObject({ reason: 'unavailable', facts: { detail: 'quota' } });
    one.close();
    await waiting;
  });
});
