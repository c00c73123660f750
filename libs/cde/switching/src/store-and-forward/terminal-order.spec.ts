import { SystemClock } from '@tsunagu/kernel';
import { describe, expect, it } from 'vitest';
import { TerminalOrder, type UnsentEntry } from './terminal-order.js';

const entry: UnsentEntry = { tenantId: 't', attemptId: 'a', kind: 'reversal', terminal: 'T1' };
const queued = async () => ({ isQueued: true, value: undefined });

describe('order within a terminal', () => {
  it('lets a new request pass once the queued reversal was sent', async () => {
    const order = new TerminalOrder(new SystemClock());
    await order.holding('link', entry, queued);
    const isClear = order.clear('link', 'T1', 1_000);
    order.release('link', entry);
    expect(await isClear).toBe(true);
  });

  it('gives up waiting instead of closing the till', async () => {
    const order = new TerminalOrder(new SystemClock());
    await order.holding('link', entry, queued);
    expect(await order.clear('link', 'T1', 5)).toBe(false);
  });

  it('holds neither another terminal nor another link [A10]', async () => {
    const order = new TerminalOrder(new SystemClock());
    await order.holding('link', entry, queued);
    expect(await order.clear('link', 'T2', 0)).toBe(true);
    expect(await order.clear('other', 'T1', 0)).toBe(true);
  });

  it('holds nothing for an entry that was not queued, or whose queueing failed', async () => {
    const order = new TerminalOrder(new SystemClock());
    await order.holding('link', entry, async () => ({ isQueued: false, value: undefined }));
    await expect(order.holding('link', entry, () => Promise.reject(new Error('no database')))).rejects.toThrow();
    expect(await order.clear('link', 'T1', 0)).toBe(true);
  });

  it('holds what the journal says after a take-over, and forgets the former term', async () => {
    const order = new TerminalOrder(new SystemClock());
    await order.holding('link', entry, queued);
    order.reset('link', [{ ...entry, terminal: 'T2' }]);
    expect(await order.clear('link', 'T1', 0)).toBe(true);
    expect(await order.clear('link', 'T2', 0)).toBe(false);
  });

  it('lets go of what the journal owes no more, and of nothing else', async () => {
    const order = new TerminalOrder(new SystemClock());
    await order.holding('link', entry, queued);
    expect(await order.settle('link', 'T1', async () => [entry])).toBe(false);
    expect(await order.settle('link', 'T1', async () => [])).toBe(true);
    const younger = { ...entry, attemptId: 'b' };
    let write = (): void => undefined;
    const writing = order.holding('link', younger, async () => {
      await new Promise<void>((resolve) => (write = resolve));
      return { isQueued: true, value: undefined };
    });
    // Its row is committed while we read: not seen, and held all the same.
    const settled = order.settle('link', 'T1', async () => {
      write();
      await writing;
      return [];
    });
    expect(await settled).toBe(false);
  });
});
