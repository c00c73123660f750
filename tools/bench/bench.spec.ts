import { describe, expect, it } from 'vitest';
import { latencyOf, withoutIssuer } from './percentile.js';
import { cpuMs } from './process-cpu.js';

describe('latency', () => {
  it('is told by the nearest rank', () => {
    const samples = Array.from({ length: 100 }, (_, index) => 100 - index);
    expect(latencyOf(samples)).toEqual({ p50: 50, p95: 95, p99: 99, max: 100 });
    expect(latencyOf([7])).toEqual({ p50: 7, p95: 7, p99: 7, max: 7 });
  });

  it('is not told when nothing was measured', () => {
    expect(() => latencyOf([])).toThrow(RangeError);
  });

  it('leaves out what the issuer took, and never becomes negative', () => {
    const issuer = { p50: 2, p95: 3, p99: 4, max: 9 };
    expect(withoutIssuer({ p50: 1, p95: 5, p99: 8, max: 20 }, issuer)).toEqual({ p50: 0, p95: 3, p99: 6, max: 18 });
  });
});

it('reads the CPU time of a process whose name holds brackets and blanks', () => {
  expect(cpuMs('4711 (a) (b c) S 1 4711 4711 0 -1 4194304 1 0 0 0 250 50 0 0 20 0')).toBe(3000);
});
