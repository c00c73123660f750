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

  it('lets lanes in by turns: one payment of a quiet lane waits for one place, however many of a flooding lane came before', async () => {
    const admission = room({ inFlightMax: 1, queueMax: 1_000, queueWaitMs: 60_000 });
    void admission.enter('nfc');
    const order: string[] = [];
    const wait = (lane: string) => void admission.enter(lane)?.then(() => order.push(lane));
    for (let nr = 0; nr < 500; nr += 1) wait('nfc');
    wait('credit');
    wait('dcc');
    for (let freed = 0; freed < 4; freed += 1) admission.leave();
    await Promise.resolve();
    expect(order).toEqual(['nfc', 'credit', 'dcc', 'nfc']);
    expect(admission.queued).toBe(498);
    while (admission.queued > 0) admission.leave(); // nobody is left behind
  });

  it('sends away the youngest of the longest queue when the room is full, and never one of a shorter', async () => {
    const admission = room({ inFlightMax: 1, queueMax: 3, queueWaitMs: 60_000 });
    void admission.enter('nfc');
    const flood = [1, 2, 3].map(() => admission.enter('nfc'));
    expect(await admission.enter('nfc')).toBe(false);
    const quiet = admission.enter('credit');
    expect(await flood[2]).toBe(false);
    admission.leave();
    admission.leave();
    expect([await flood[0], await quiet]).toEqual([true, true]);
    admission.leave();
    expect(await flood[1]).toBe(true);
  });
});
