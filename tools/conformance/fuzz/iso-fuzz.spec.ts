import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { isoFuzzReport, runIsoFuzz } from './run-iso-fuzz.js';

const VECTORS = join(import.meta.dirname, '../../../test/vectors/iso8583/iso8583-1993.json');

describe('a line from outside [G8]', () => {
  it('takes or refuses whatever comes, in one way, and nothing breaks', async () => {
    const seed = 8_583;
    const run = await runIsoFuzz(VECTORS, 20_000, seed);
    expect(run.results.flatMap(({ faults }) => faults)).toEqual([]);
    for (const { surface, answers, accepted, refused } of run.results) {
      expect([surface, answers]).toEqual([surface, ['the ISO 8583 message is malformed']]);
      // inputs that are always refused, or never, would prove little; noise is no message but by a rare chance
      expect([surface, accepted > 0 || surface === 'iso noise', refused > 0]).toEqual([surface, true, true]);
    }
    expect(isoFuzzReport(run, seed).at(-1)).toMatch(/^fuzz iso: 2\d{4} inputs, |^ {2}slow /);
  }, 120_000);

  it('leaves the stack traces of others as they were', async () => {
    const before = Error.stackTraceLimit;
    await runIsoFuzz(VECTORS, 10, 1);
    expect(Error.stackTraceLimit).toBe(before);
  });
});
