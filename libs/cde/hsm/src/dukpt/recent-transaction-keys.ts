import { secretBuffer } from '../cipher/secret-buffer.js';
import type { Ksn } from './ksn.js';

/** One message is checked, decrypted and its PIN translated within this time; a key is not kept for longer. */
const KEPT_MS = 1000;
/** Messages between MAC and decryption at one time; one more costs a second walk of the chain and nothing else. */
const PLACES = 128;
const KEY_BYTES_MAX = 32;

interface Place {
  /** The transaction whose key lies here; undefined = empty. */
  ksn: Ksn | undefined;
  bdkId: string;
  /** Whole memory of the place. */
  readonly memory: Buffer;
  /** The part of it that the key fills. Made anew only when the length changes: views are dear. */
  key: Buffer;
  untilMs: number;
}

/**
 * Transaction keys of the last second, wiped after it. A message needs its key two or three times (MAC, data, PIN), and walking
 * from the base key to it is most of the work of opening a card. What is kept is weaker than the base key beside it: it opens one
 * transaction of one device. All keys lie in one piece of memory, taken in turn: nothing of them grows old in the heap.
 */
export class RecentTransactionKeys {
  readonly #places: Place[];
  readonly #byKsn = new Map<string, Place>();
  #next = 0;
  #sweep: NodeJS.Timeout | undefined;

  constructor(private readonly monotonicMs: () => number = () => performance.now()) {
    const whole = secretBuffer(PLACES * KEY_BYTES_MAX);
    this.#places = Array.from({ length: PLACES }, (_, index) => {
      const memory = whole.subarray(index * KEY_BYTES_MAX, (index + 1) * KEY_BYTES_MAX);
      return { ksn: undefined, bdkId: '', memory, key: memory.subarray(0, 16), untilMs: 0 };
    });
  }

  /**
   * Use the key of a transaction, derived or still there. It belongs to this class: `work` neither wipes nor keeps it.
   * @param bdkId whose transaction it is
   * @param ksnText the KSN as it came; a text that is known needs no reading
   * @param derive reads the KSN and makes the key anew; the key is wiped here
   */
  use<T>(
    bdkId: string,
    scheme: Ksn['scheme'],
    ksnText: string,
    derive: () => { ksn: Ksn; key: Buffer },
    work: (key: Buffer, ksn: Ksn) => T,
  ): T {
    const nowMs = this.monotonicMs();
    const known = this.#byKsn.get(ksnText);
    const isSame = known?.ksn?.scheme === scheme && known.bdkId === bdkId && known.untilMs > nowMs;
    const place = isSame ? known : this.#keep(bdkId, derive(), nowMs);
    return work(place.key, place.ksn!);
  }

  #keep(bdkId: string, { ksn, key }: { ksn: Ksn; key: Buffer }, nowMs: number): Place {
    // the same number under another base key, or too old, gives its place away
    const known = this.#byKsn.get(ksn.hex);
    const place = known ?? this.#places[this.#next]!;
    if (known === undefined) this.#next = (this.#next + 1) % PLACES;
    this.#drop(place);
    if (place.key.length !== key.length) place.key = place.memory.subarray(0, key.length);
    place.key.set(key);
    key.fill(0);
    place.ksn = ksn;
    place.bdkId = bdkId;
    place.untilMs = nowMs + KEPT_MS;
    this.#byKsn.set(ksn.hex, place);
    this.#sweep ??= setTimeout(() => this.#dropOld(), KEPT_MS).unref();
    return place;
  }

  /** How many keys are in memory. */
  get size(): number {
    return this.#byKsn.size;
  }

  /** Wipe everything. */
  clear(): void {
    clearTimeout(this.#sweep);
    this.#sweep = undefined;
    for (const place of this.#byKsn.values()) this.#drop(place);
  }

  #dropOld(): void {
    this.#sweep = undefined;
    const now = this.monotonicMs();
    for (const place of this.#byKsn.values()) {
      if (place.untilMs <= now) this.#drop(place);
    }
    if (this.#byKsn.size > 0) this.#sweep = setTimeout(() => this.#dropOld(), KEPT_MS).unref();
  }

  #drop(place: Place): void {
    if (place.ksn === undefined) return;
    place.key.fill(0);
    this.#byKsn.delete(place.ksn.hex);
    place.ksn = undefined;
  }
}
