import { secretBuffer } from '../cipher/secret-buffer.js';
import type { Ksn } from './ksn.js';

/** One message is checked, decrypted and its PIN translated within this time; a key is not kept for longer. */
const KEPT_MS = 1000;
/** Messages between MAC and decryption at one time; one more costs a second walk of the chain and nothing else. */
const PLACES = 128;
const KEY_BYTES_MAX = 32;

interface Place {
  name: string;
  length: number;
  untilMs: number;
}

/**
 * Transaction keys of the last second, wiped after it. A message needs its key two or three times (MAC, data, PIN), and walking
 * from the base key to it is most of the work of opening a card. What is kept is weaker than the base key beside it: it opens one
 * transaction of one device. All keys lie in one piece of memory, taken in turn: nothing of them grows old in the heap.
 */
export class RecentTransactionKeys {
  readonly #memory = secretBuffer(PLACES * KEY_BYTES_MAX);
  readonly #places: Place[] = Array.from({ length: PLACES }, () => ({ name: '', length: 0, untilMs: 0 }));
  readonly #byName = new Map<string, number>();
  #next = 0;
  #sweep: NodeJS.Timeout | undefined;

  constructor(private readonly monotonicMs: () => number = () => performance.now()) {}

  /**
   * Use the key of a transaction, derived or still there. It belongs to this class: `work` neither wipes nor keeps it.
   * @param bdkId whose transaction it is
   * @param derive makes the key anew; it is wiped here
   */
  use<T>(bdkId: string, ksn: Ksn, derive: () => Buffer, work: (key: Buffer) => T): T {
    const name = `${bdkId} ${ksn.hex}`;
    const nowMs = this.monotonicMs();
    const known = this.#byName.get(name);
    if (known !== undefined && this.#places[known]!.untilMs > nowMs) return work(this.#keyAt(known));
    const key = derive();
    const index = known ?? this.#next;
    if (known === undefined) this.#next = (this.#next + 1) % PLACES;
    this.#drop(index);
    key.copy(this.#memory, index * KEY_BYTES_MAX);
    const place = this.#places[index]!;
    place.name = name;
    place.length = key.length;
    place.untilMs = nowMs + KEPT_MS;
    key.fill(0);
    this.#byName.set(name, index);
    this.#sweep ??= setTimeout(() => this.#dropOld(), KEPT_MS).unref();
    return work(this.#keyAt(index));
  }

  /** How many keys are in memory. */
  get size(): number {
    return this.#byName.size;
  }

  /** Wipe everything. */
  clear(): void {
    clearTimeout(this.#sweep);
    this.#sweep = undefined;
    for (const index of this.#byName.values()) this.#drop(index);
  }

  #keyAt(index: number): Buffer {
    const start = index * KEY_BYTES_MAX;
    return this.#memory.subarray(start, start + this.#places[index]!.length);
  }

  #dropOld(): void {
    this.#sweep = undefined;
    const now = this.monotonicMs();
    for (const index of this.#byName.values()) {
      if (this.#places[index]!.untilMs <= now) this.#drop(index);
    }
    if (this.#byName.size > 0) this.#sweep = setTimeout(() => this.#dropOld(), KEPT_MS).unref();
  }

  #drop(index: number): void {
    const place = this.#places[index]!;
    if (place.name === '') return;
    this.#keyAt(index).fill(0);
    this.#byName.delete(place.name);
    place.name = '';
  }
}
