import { describe, expect, it, vi } from 'vitest';
import { Ksn } from './ksn.js';
import { RecentTransactionKeys } from './recent-transaction-keys.js';

const ksn = (counter: number): Ksn => Ksn.of('AES-DUKPT', '1234567890123456', counter)!;

function setUp() {
  const time = { nowMs: 0 };
  const keys = new RecentTransactionKeys(() => time.nowMs);
  const made: Buffer[] = [];
  const derive = (): Buffer => {
    made.push(Buffer.alloc(16, 7));
    return made.at(-1)!;
  };
  const use = (counter: number, bdk = 'bdk'): void => void keys.use(bdk, ksn(counter), derive, (key) => key.length);
  return { time, keys, made, use };
}

describe('transaction keys of the last second', () => {
  it('walk the chain once for the MAC, the data and the PIN of a message', () => {
    const { keys, made, use } = setUp();
    for (let calls = 0; calls < 3; calls += 1) use(1);
    expect(made).toHaveLength(1);
    keys.clear();
  });

  it('are told apart by base key and KSN', () => {
    const { keys, made, use } = setUp();
    use(1);
    use(2);
    use(1, 'other');
    expect([made.length, keys.size]).toEqual([3, 3]);
    keys.clear();
  });

  it('are not used after their second, and are wiped then', () => {
    const { time, keys, made, use } = setUp();
    use(1);
    time.nowMs = 1000;
    use(1);
    expect([made.length, made[0]]).toEqual([2, Buffer.alloc(16)]);
    keys.clear();
  });

  it('are wiped by the clock, without another card', () => {
    vi.useFakeTimers();
    try {
      const { time, keys, made, use } = setUp();
      use(1);
      time.nowMs = 500;
      use(2);
      time.nowMs = 1000;
      vi.advanceTimersByTime(1000);
      expect([keys.size, made[0], made[1]]).toEqual([1, Buffer.alloc(16), Buffer.alloc(16, 7)]);
      time.nowMs = 2000;
      vi.advanceTimersByTime(1000);
      expect([keys.size, made[1], vi.getTimerCount()]).toEqual([0, Buffer.alloc(16), 0]);
    } finally {
      vi.useRealTimers();
    }
  });

  it('are at most 512, the oldest wiped first', () => {
    const { keys, made, use } = setUp();
    for (let counter = 1; counter <= 513; counter += 1) use(counter);
    expect([keys.size, made[0], made[1]]).toEqual([512, Buffer.alloc(16), Buffer.alloc(16, 7)]);
    keys.clear();
    expect(made.every((key) => key.equals(Buffer.alloc(16)))).toBe(true);
  });
});
