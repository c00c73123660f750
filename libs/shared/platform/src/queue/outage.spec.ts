import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { Outage } from './outage.js';

describe('an outage', () => {
  const told: string[] = [];
  const anOutage = () => new Outage(1_000, { begins: () => told.push('begins'), ends: () => told.push('ends') });

  beforeEach(() => {
    told.length = 0;
    vi.useFakeTimers();
  });
  afterEach(() => {
    vi.useRealTimers();
  });

  it('is told once however many errors it brings, and its end once', () => {
    const outage = anOutage();
    for (let error = 0; error < 1_000; error += 1) {
      outage.strike();
      vi.advanceTimersByTime(999);
    }
    expect(told).toEqual(['begins']);
    vi.advanceTimersByTime(1);
    expect(told).toEqual(['begins', 'ends']);
  });

  it('is told anew when it comes back after the quiet', () => {
    const outage = anOutage();
    outage.strike();
    vi.advanceTimersByTime(1_000);
    outage.strike();
    expect(told).toEqual(['begins', 'ends', 'begins']);
  });

  it('is not heard of after it was forgotten', () => {
    const outage = anOutage();
    outage.strike();
    outage.forget();
    vi.advanceTimersByTime(5_000);
    expect(told).toEqual(['begins']);
  });
});
