import { describe, expect, it } from 'vitest';
import { alarmLimit } from './alarm-limits.js';

const row = (value: number, from: string) => ({ limit: 'device_opens', value, from, source: 'spec' }) as const;

describe('limits of alarms [C14]', () => {
  it('hold from their day on, until a later row takes over, in whatever order the table has them', () => {
    const rows = [row(500, '2027-04-01'), row(300, '2026-11-01')];
    const at = (day: string) => alarmLimit('device_opens', new Date(`${day}T12:00:00Z`), rows);
    expect([at('2026-11-01'), at('2027-03-31'), at('2027-04-01'), at('2030-01-01')]).toEqual([300, 300, 500, 500]);
    expect(at('2020-01-01')).toBe(300); // a clock that is wrong
    expect(() => alarmLimit('device_opens', new Date(), [])).toThrow('every limit has a row');
  });

  it('are those of the reference', () => {
    const now = new Date('2026-12-01');
    expect(alarmLimit('counter_jump', now)).toBe(10_000);
    expect([alarmLimit('bad_macs', now), alarmLimit('bad_mac_window_ms', now)]).toEqual([5, 600_000]);
    expect(alarmLimit('counters_used_share', now) * 1_048_575).toBeCloseTo(900_000);
  });
});
