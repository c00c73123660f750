import { expect, it, vi } from 'vitest';
import { watchDisk } from './disk-watch.mjs';

it('tells once that the disk is nearly full, and once that there is room again', async () => {
  const free = [500e6, 40e6, 30e6, 20e6, 900e6, 900e6];
  const said: string[] = [];
  let asked = 0;
  const end = watchDisk('/data', (line) => said.push(line), {
    lookMs: 1,
    freeBytes: async () => free[Math.min(asked++, free.length - 1)]!,
  });
  await vi.waitFor(() => expect(asked).toBeGreaterThan(free.length));
  end();
  expect(said).toEqual([
    expect.stringMatching(/^the disk that holds \/data is nearly full \(40 MB left\): free some space/),
    'the disk that holds /data has room again',
  ]);
});
