import { getEventListeners } from 'node:events';
import { expect, it } from 'vitest';
import { withTimeLimit } from './time-limit.js';

const LONG_MS = 3_600_000;

/** A call that only its signal can end. */
const hang = (signal: AbortSignal): Promise<never> =>
  new Promise((_, reject) => {
    if (signal.aborted) return reject(signal.reason as Error);
    signal.addEventListener('abort', () => reject(signal.reason as Error));
  });

it('ends a call that hangs, when its time is over', async () => {
  const { signal } = new AbortController();
  await expect(withTimeLimit({ ms: 1, signal }, hang)).rejects.toThrow('took too long');
});

it('ends a call with the run that it belongs to, also one that begins afterwards', async () => {
  const run = new AbortController();
  const call = withTimeLimit({ ms: LONG_MS, signal: run.signal }, hang);
  run.abort(new Error('the run is over'));
  await expect(call).rejects.toThrow('the run is over');
  await expect(withTimeLimit({ ms: LONG_MS, signal: run.signal }, hang)).rejects.toThrow('the run is over');
});

it('leaves nothing behind on the signal of a run that outlives thousands of calls', async () => {
  const { signal } = new AbortController();
  expect(await withTimeLimit({ ms: LONG_MS, signal }, () => Promise.resolve('answered'))).toBe('answered');
  expect(getEventListeners(signal, 'abort')).toEqual([]);
});
