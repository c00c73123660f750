import type { Ksn } from './ksn.js';

/** One message is checked, decrypted and its PIN translated within this time; a key is not kept for longer. */
const KEPT_MS = 1000;
const KEPT_MAX = 512;

interface Kept {
  readonly key: Buffer;
  readonly untilMs: number;
}

/**
 * Transaction keys of the last second, wiped after it. A message needs its key two or three times (MAC, data, PIN), and walking
 * from the base key to it is most of the work of opening a card. What is kept is weaker than the base key beside it: it opens one
 * transaction of one device.
 */
export class RecentTransactionKeys {
  /** Oldest first. */
  readonly #kept = new Map<string, Kept>();
  #sweep: NodeJS.Timeout | undefined;

  constructor(private readonly monotonicMs: () => number = () => performance.now()) {}

  /**
   * Use the key of a transaction, derived or still there. It belongs to this class: `work` neither wipes nor keeps it.
   * @param bdkId whose transaction it is
   */
  use<T>(bdkId: string, ksn: Ksn, derive: () => Buffer, work: (key: Buffer) => T): T {
    const name = `${bdkId} ${ksn.hex}`;
    const known = this.#kept.get(name);
    if (known !== undefined && known.untilMs > this.monotonicMs()) return work(known.key);
    this.#drop(name);
    const key = derive();
    this.#kept.set(name, { key, untilMs: this.monotonicMs() + KEPT_MS });
    if (this.#kept.size > KEPT_MAX) this.#drop(this.#kept.keys().next().value!);
    this.#sweep ??= setTimeout(() => this.#dropOld(), KEPT_MS).unref();
    return work(key);
  }

  /** How many keys are in memory. */
  get size(): number {
    return this.#kept.size;
  }

  /** Wipe everything. */
  clear(): void {
    clearTimeout(this.#sweep);
    this.#sweep = undefined;
    for (const name of this.#kept.keys()) this.#drop(name);
  }

  #dropOld(): void {
    this.#sweep = undefined;
    const now = this.monotonicMs();
    for (const [name, { untilMs }] of this.#kept) {
      if (untilMs <= now) this.#drop(name);
    }
    if (this.#kept.size > 0) this.#sweep = setTimeout(() => this.#dropOld(), KEPT_MS).unref();
  }

  #drop(name: string): void {
    this.#kept.get(name)?.key.fill(0);
    this.#kept.delete(name);
  }
}
