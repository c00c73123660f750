import { afterEach, describe, expect, it, vi } from 'vitest';
import { Ksn } from './ksn.js';
import { RecentTransactionKeys } from './recent-transaction-keys.js';

const ksn = (counter: number): Ksn => Ksn.of('AES-DUKPT', '1234567890123456', counter)!;
const WIPED = Buffer.alloc(16);
const KEY = Buffer.alloc(16, 7);

function setUp() {
  const time = { nowMs: 0 };
  const keys = new RecentTransactionKeys(() => time.nowMs);
  const made: Buffer[] = [];
  const derive = (counter: number): { ksn: Ksn; key: Buffer } => {
    made.push(Buffer.from(KEY));
    return { ksn: ksn(counter), key: made.at(-1)! };
  };
  /** The memory that the key lies in: what is left there later shows whether it was wiped. */
  const use = (counter: number, bdk = 'bdk'): Buffer =>
    keys.use(
      bdk,
      'AES-DUKPT',
      ksn(counter).hex,
      () => derive(counter),
      (key) => key,
    );
  return { time, keys, made, use };
}

afterEach(() => void vi.useRealTimers());

describe('transaction keys of the last second', () => {
  it('walk the chain once for the MAC, the data and the PIN of a message, and keep no other copy', () => {
    const { keys, made, use } = setUp();
    for (let calls = 0; calls < 3; calls += 1) expect(use(1)).toEqual(KEY);
    expect(made).toEqual([WIPED]);
    keys.clear();
  });

  it('are told apart by base key and KSN', () => {
    const { keys, made, use } = setUp();
    use(1);
    use(2);
    use(1, 'other');
    use(1);
    expect([made.length, keys.size]).toEqual([4, 2]);
    keys.clear();
  });

  it('are not used after their second', () => {
    const { time, keys, made, use } = setUp();
    use(1);
    time.nowMs = 1000;
    expect(use(1)).toEqual(KEY);
    expect([made.length, keys.size]).toEqual([2, 1]);
    keys.clear();
  });

  it('are wiped by the clock, without another card', () => {
    vi.useFakeTimers();
    const { time, keys, use } = setUp();
    const first = use(1);
    time.nowMs = 500;
    const second = use(2);
    time.nowMs = 1000;
    vi.advanceTimersByTime(1000);
    expect([keys.size, first, second]).toEqual([1, WIPED, KEY]);
    time.nowMs = 2000;
    vi.advanceTimersByTime(1000);
    expect([keys.size, second, vi.getTimerCount()]).toEqual([0, WIPED, 0]);
  });

  it('are at most 128: the oldest gives its place away', () => {
    const { keys, made, use } = setUp();
    for (let counter = 1; counter <= 129; counter += 1) use(counter);
    expect(keys.size).toBe(128);
    use(2);
    expect(made).toHaveLength(129);
    use(1);
    expect(made).toHaveLength(130);
    keys.clear();
  });

  it('are all gone when the provider closes', () => {
    const { keys, use } = setUp();
    const memory = [use(1), use(2)];
    keys.clear();
    expect([keys.size, ...memory]).toEqual([0, WIPED, WIPED]);
  });
});
