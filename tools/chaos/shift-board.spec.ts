import { expect, it } from 'vitest';
import { ShiftBoard } from './shift-board.js';

function boardAt() {
  const clock = { ms: 0 };
  return { clock, board: new ShiftBoard(() => clock.ms) };
}

it('tells who waits for what, the longest first', () => {
  const { clock, board } = boardAt();
  const never = () => new Promise<void>(() => undefined);
  void board.during(1, { what: 'payment', reference: 'r1' }, never);
  clock.ms = 30_000;
  void board.during(2, { what: 'refund', reference: 'r2' }, never);
  clock.ms = 40_000;
  expect(board.stuck()).toEqual([
    'till 1 waits for payment of r1 since 40 s',
    'till 2 waits for refund of r2 since 10 s',
  ]);
});

it('forgets a step that is done, and keeps the one that failed', async () => {
  const { board } = boardAt();
  await board.during(1, { what: 'payment', reference: 'r1' }, async () => undefined);
  await expect(
    board.during(2, { what: 'capture', reference: 'r2' }, () => Promise.reject(new Error('gone'))),
  ).rejects.toThrow();
  expect(board.stuck()).toEqual(['till 2 waits for capture of r2 since 0 s']);
});

it('tells the pace since the last line', () => {
  const { clock, board } = boardAt();
  clock.ms = 10_000;
  for (let count = 0; count < 50; count += 1) board.served();
  expect(board.progress(300)).toContain('50 of 300 customers, 5.0/s');
  clock.ms = 20_000;
  expect(board.progress(300)).toContain('50 of 300 customers, 0.0/s');
  expect(board.perSecond).toBe(2.5);
});

it('measures how long tills wait for a payment', async () => {
  const { clock, board } = boardAt();
  for (const ms of [10, 20, 400]) {
    const paid = board.during(1, { what: 'payment', reference: 'r' }, async () => undefined);
    clock.ms += ms;
    await paid;
  }
  expect(board.waitsMs).toEqual({ p50: 20, p95: 400, max: 400 });
});

it('says how many more are stuck than it shows', () => {
  const { board } = boardAt();
  for (let till = 1; till <= 20; till += 1)
    void board.during(till, { what: 'payment', reference: `r${till}` }, () => new Promise<void>(() => undefined));
  expect(board.stuck().at(-1)).toBe('and 8 more');
});
