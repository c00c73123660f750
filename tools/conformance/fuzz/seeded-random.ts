/** A small generator whose numbers depend on its seed alone: a run can be repeated, and so can one input of it. */
export class SeededRandom {
  #state: number;

  constructor(seed: number, index: number) {
    // two rounds mix the index in, so that neighbours do not begin alike
    this.#state = Math.imul(seed ^ 0x9e3779b9, 0x85ebca6b) ^ Math.imul(index + 1, 0xc2b2ae35);
    this.below(2);
    this.below(2);
  }

  /** Whole number from 0 to `limit` - 1. @source mulberry32, public domain */
  below(limit: number): number {
    this.#state = (this.#state + 0x6d2b79f5) | 0;
    let value = Math.imul(this.#state ^ (this.#state >>> 15), this.#state | 1);
    value ^= value + Math.imul(value ^ (value >>> 7), value | 61);
    return ((value ^ (value >>> 14)) >>> 0) % limit;
  }

  bytes(length: number): Buffer {
    const out = Buffer.alloc(length);
    for (let i = 0; i < length; i += 1) out[i] = this.below(256);
    return out;
  }

  pick<T>(values: readonly T[]): T {
    return values[this.below(values.length)]!;
  }
}
