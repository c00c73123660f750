import type { Dukpt, Hex } from '../provider/hsm-provider.js';

type Scheme = Dukpt['scheme'];

/** Width of the counter, and how many one-bits a usable value may have. @source ANSI X9.24-1:2009 A.3, X9.24-3-2017 6.3 */
const COUNTER = {
  'TDES-DUKPT': { bits: 21, onesMax: 10, bytes: 10 },
  'AES-DUKPT': { bits: 32, onesMax: 16, bytes: 12 },
} as const;

/**
 * Key serial number: who encrypted, and with which of the device's keys.
 *
 * TDES: 10 bytes, the lowest 21 bits are the counter; 8 bytes from a device are left-filled with FF.
 * AES: 12 bytes, BDK id (4) ‖ device id (4) ‖ counter (4).
 */
export class Ksn {
  private constructor(
    readonly scheme: Scheme,
    /** Whole number, 20 or 24 upper-case hex digits. */
    readonly hex: Hex,
    /** Initial key id: the number with its counter taken out. AES 16 digits, TDES 20 digits with zero counter bits. */
    readonly initialKeyId: Hex,
    readonly counter: number,
  ) {}

  /** @returns undefined when the text is not a KSN of this scheme */
  static parse(scheme: Scheme, text: string): Ksn | undefined {
    if (!/^(?:[0-9A-Fa-f]{2}){8,12}$/.test(text)) return undefined;
    const hex = text.toUpperCase();
    if (scheme === 'AES-DUKPT') {
      return hex.length === 24 ? new Ksn(scheme, hex, hex.slice(0, 16), parseInt(hex.slice(16), 16)) : undefined;
    }
    if (hex.length !== 16 && hex.length !== 20) return undefined;
    const full = hex.padStart(20, 'F');
    const tail = parseInt(full.slice(14), 16);
    return new Ksn(scheme, full, full.slice(0, 14) + hexOf(tail & 0xe00000, 6), tail & 0x1fffff);
  }

  /** A number of this device with another counter. */
  static of(scheme: Scheme, initialKeyId: Hex, counter: number): Ksn | undefined {
    if (!Number.isInteger(counter) || counter < 0 || counter >= 2 ** COUNTER[scheme].bits) return undefined;
    if (scheme === 'AES-DUKPT') {
      return initialKeyId.length === 16 ? Ksn.parse(scheme, initialKeyId + hexOf(counter, 8)) : undefined;
    }
    const base = Ksn.parse(scheme, initialKeyId);
    if (base === undefined) return undefined;
    const tail = parseInt(base.initialKeyId.slice(14), 16) | counter;
    return Ksn.parse(scheme, base.initialKeyId.slice(0, 14) + hexOf(tail, 6));
  }

  /** Whether a transaction may carry this counter: not zero, and not too many one-bits. */
  get isUsable(): boolean {
    return this.counter > 0 && ones(this.counter) <= COUNTER[this.scheme].onesMax;
  }

  /** Position among the usable counters of a device, from 1. Windows and jumps are counted in these, not in raw values. */
  get rank(): number {
    return countUsable(this.counter, COUNTER[this.scheme].onesMax);
  }

  /** Next usable number, or null when the device is exhausted. */
  next(): Ksn | null {
    const { bits, onesMax } = COUNTER[this.scheme];
    let counter = this.counter + 1;
    while (counter < 2 ** bits && ones(counter) > onesMax) counter += (counter & -counter) >>> 0;
    return Ksn.of(this.scheme, this.initialKeyId, counter) ?? null;
  }

  /** Usable number before this one, or null when there is none. */
  previous(): Ksn | null {
    const { onesMax } = COUNTER[this.scheme];
    let counter = Math.max(0, this.counter - 1);
    while (ones(counter) > onesMax) counter = (counter & (counter - 1)) >>> 0; // the lowest one-bit falls: the largest smaller value
    return counter > 0 ? (Ksn.of(this.scheme, this.initialKeyId, counter) ?? null) : null;
  }

  /** How many usable numbers the device has left after this one: 0 is exhaustion. */
  get remaining(): number {
    const { bits, onesMax } = COUNTER[this.scheme];
    return countUsable(2 ** bits - 1, onesMax) - this.rank;
  }

  get bytes(): Buffer {
    return Buffer.from(this.hex, 'hex');
  }
}

function hexOf(value: number, digits: number): string {
  return value.toString(16).toUpperCase().padStart(digits, '0');
}

function ones(value: number): number {
  let count = 0;
  for (let rest = value >>> 0; rest !== 0; rest = (rest & (rest - 1)) >>> 0) count += 1;
  return count;
}

/** How many of 1…`counter` have at most `onesMax` one-bits: walk the one-bits from the top, counting what each leaves below it. */
function countUsable(counter: number, onesMax: number): number {
  let count = ones(counter) <= onesMax ? 1 : 0;
  let used = 0;
  for (let bit = 31; bit >= 0 && used <= onesMax; bit -= 1) {
    if (((counter >>> bit) & 1) === 0) continue;
    count += BELOW[bit]![onesMax - used]!;
    used += 1;
  }
  return count - 1; // the value 0 was counted and is not usable
}

/** BELOW[n][k]: how many n-bit values have at most k one-bits. */
const BELOW: readonly (readonly number[])[] = Array.from({ length: 33 }, (_, n) =>
  Array.from({ length: 33 }, (__, k) => {
    let sum = 0;
    for (let i = 0, choose = 1; i <= Math.min(n, k); choose = (choose * (n - i)) / (i + 1), i += 1) sum += choose;
    return sum;
  }),
);
