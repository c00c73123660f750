import { describe, expect, it } from 'vitest';
import { ATTEMPTS_MAX, nextDelayMs, retryAfterSeconds } from './schedule.js';

const delays = (isLive: boolean, random = 0.5) =>
  Array.from({ length: ATTEMPTS_MAX }, (_, made) => nextDelayMs(made + 1, isLive, random));

describe('the schedule of webhook attempts', () => {
  it('is now, 5 s, 5 m, 30 m, 2 h, 5 h, 10 h, 14 h, 20 h, 24 h, then given up', () => {
    const seconds = delays(true).map((ms) => (ms === undefined ? undefined : ms / 1_000));
    expect(seconds).toEqual([5, 300, 1_800, 7_200, 18_000, 36_000, 50_400, 72_000, 86_400, undefined]);
  });

  it('has the same shape in the sandbox, compressed to one hour', () => {
    const all = delays(false).filter((ms) => ms !== undefined);
    const sum = all.reduce((total, ms) => total + ms, 0);
    expect(Math.abs(sum - 3_600_000)).toBeLessThan(1_000);
    expect(all).toEqual([...all].sort((a, b) => a - b));
  });

  it('varies by a fifth to both sides', () => {
    expect(nextDelayMs(2, true, 0)).toBe(240_000);
    expect(nextDelayMs(2, true, 1)).toBe(360_000);
  });

  it('waits at least as long as it was asked to, and at most a day', () => {
    expect(nextDelayMs(1, true, 0.5, 60)).toBe(60_000);
    expect(nextDelayMs(2, true, 0.5, 60)).toBe(300_000);
    expect(nextDelayMs(1, true, 0.5, 999_999_999)).toBe(86_400_000);
  });

  it('reads Retry-After as seconds or a date, and anything else as nothing', () => {
    const now = new Date('2026-11-23T00:00:00Z');
    expect(retryAfterSeconds('120', now)).toBe(120);
    expect(retryAfterSeconds('Mon, 23 Nov 2026 00:01:30 GMT', now)).toBe(90);
    for (const text of [undefined, '', '-5', 'soon', 'Mon, 23 Nov 2020 00:00:00 GMT', '9'.repeat(50)])
      expect(retryAfterSeconds(text, now)).toBe(0);
  });
});
