import type { StanBlocks } from '../stan/stan-allocator.js';

const BLOCK = 10_000;

/**
 * Numbers of the envelope under one key, from 1, never one twice: blocks are taken from the counter of the link in the database, so neither
 * a restart nor another leader begins again. Taken in the instant of a write, so the next block is fetched ahead.
 */
export class SequenceNumbers {
  #next = 0n;
  #left = 0;
  #waiting: { readonly first: number } | undefined;
  #fetching: Promise<void> | undefined;

  constructor(
    private readonly blocks: StanBlocks,
    private readonly counter: string,
  ) {}

  /** Have numbers ready. @throws Error the counter cannot be reached */
  async fill(): Promise<void> {
    if (this.#waiting !== undefined) return;
    this.#fetching ??= this.#fetch().finally(() => (this.#fetching = undefined));
    await this.#fetching;
  }

  /** @returns undefined when none is left and the next block is not there yet */
  take(): bigint | undefined {
    if (this.#left === 0 && !this.#turn()) return undefined;
    this.#left -= 1;
    if (this.#left < BLOCK / 2) this.fill().catch(() => undefined); // asked again at the next number
    this.#next += 1n;
    return this.#next - 1n;
  }

  #turn(): boolean {
    if (this.#waiting === undefined) {
      this.fill().catch(() => undefined);
      return false;
    }
    this.#next = BigInt(this.#waiting.first);
    this.#left = BLOCK;
    this.#waiting = undefined;
    return true;
  }

  async #fetch(): Promise<void> {
    this.#waiting = { first: await this.blocks.reserve(this.counter, BLOCK) };
  }
}
