import { SystemClock } from '@tsunagu/kernel';
import { describe, expect, it } from 'vitest';
import { Admission } from './admission.js';

describe('admission to a line', () => {
  const room = ({ inFlightMax, ...limits }: { inFlightMax: number; queueMax: number; queueWaitMs: number }) =>
    new Admission(new SystemClock(), { ...limits, perSecond: null }, () => inFlightMax);

  it('passes a place on to the one who waits longest', async () => {
    const admission = room({ inFlightMax: 1, queueMax: 2, queueWaitMs: 1_000 });
    expect(admission.enter()).toBeUndefined();
    const [first, second] = [admission.enter(), admission.enter()];
    admission.leave();
    expect(await first).toBe(true);
    expect(admission.queued).toBe(1);
    admission.leave();
    expect(await second).toBe(true);
  });

  it('refuses who waited too long, and who finds the waiting room full', async () => {
    const admission = room({ inFlightMax: 1, queueMax: 1, queueWaitMs: 5 });
    void admission.enter();
    const waiting = admission.enter();
    expect(await admission.enter()).toBe(false);
    expect(await waiting).toBe(false);
    expect(admission.queued).toBe(0);
  });
});
