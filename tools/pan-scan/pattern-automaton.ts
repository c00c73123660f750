/** A pattern that ended at this offset of the stream. */
export interface Match {
  readonly pattern: number;
  /** Offset of the first byte after the pattern, counted from the beginning of the stream. */
  readonly endOffset: number;
}

/**
 * All patterns in one pass over the bytes (Aho and Corasick 1975), as one flat table of next states.
 * A scanner keeps its state between chunks, so that a pattern cut by a chunk border is found too.
 */
export class PatternAutomaton {
  readonly #next: Uint16Array;
  readonly #ends: number[][];

  constructor(patterns: readonly Buffer[]) {
    const statesMax = 1 + patterns.reduce((sum, pattern) => sum + pattern.length, 0);
    if (statesMax > 0xffff) throw new RangeError('too many pattern bytes for a 16-bit state');
    const next = new Uint16Array(statesMax * 256);
    this.#ends = [[]];
    patterns.forEach((pattern, index) => this.#add(next, pattern, index));
    this.#link(next);
    this.#next = next.slice(0, this.#ends.length * 256);
  }

  /** A stream of its own. */
  scanner(): (chunk: Uint8Array, found: (match: Match) => void) => void {
    const next = this.#next;
    let state = 0;
    let offset = 0;
    return (chunk, found) => {
      for (let i = 0; i < chunk.length; i += 1) {
        state = next[(state << 8) | chunk[i]!]!;
        if (state !== 0 && this.#ends[state]!.length > 0) {
          for (const pattern of this.#ends[state]!) found({ pattern, endOffset: offset + i + 1 });
        }
      }
      offset += chunk.length;
    };
  }

  #add(next: Uint16Array, pattern: Buffer, index: number): void {
    let state = 0;
    for (const byte of pattern) {
      const cell = (state << 8) | byte;
      if (next[cell] === 0) {
        next[cell] = this.#ends.length;
        this.#ends.push([]);
      }
      state = next[cell]!;
    }
    this.#ends[state]!.push(index);
  }

  /** Breadth first: a missing edge becomes the edge of the longest proper suffix, so the scan never steps back. */
  #link(next: Uint16Array): void {
    const suffix = new Uint16Array(this.#ends.length);
    const queue = [...next.subarray(0, 256)].filter((state) => state !== 0);
    for (let at = 0; at < queue.length; at += 1) {
      const state = queue[at]!;
      this.#ends[state]!.push(...this.#ends[suffix[state]!]!);
      for (let byte = 0; byte < 256; byte += 1) {
        const child = next[(state << 8) | byte]!;
        const fallback = next[(suffix[state]! << 8) | byte]!;
        if (child === 0) next[(state << 8) | byte] = fallback;
        else {
          suffix[child] = fallback;
          queue.push(child);
        }
      }
    }
  }
}
