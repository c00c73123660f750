/** The persistent counter of a link. It belongs to the link, not to a connection or a process. */
export abstract class StanBlocks {
  /** Take `size` consecutive numbers for ever. @returns the first of them, 1 or more */
  abstract reserve(link: string, size: number): Promise<number>;
}

const BLOCK = 50;
const STAN_MAX = 999_999;

/**
 * System trace audit numbers of one link: 000001 to 999999 and round again, skipping those in flight.
 * A block is reserved in the database at a time; numbers of a block lost in a crash are never used.
 */
export class StanAllocator {
  #next = 0;
  #left = 0;
  #refill: Promise<void> | undefined;

  constructor(
    private readonly blocks: StanBlocks,
    private readonly link: string,
    private readonly isLive: (stan: string) => boolean = () => false,
  ) {}

  /** @returns six digits */
  async next(): Promise<string> {
    for (;;) {
      if (this.#left === 0) {
        this.#refill ??= this.#reserve();
        await this.#refill;
        continue;
      }
      const stan = String(((this.#next - 1) % STAN_MAX) + 1).padStart(6, '0');
      this.#next += 1;
      this.#left -= 1;
      if (!this.isLive(stan)) return stan;
    }
  }

  async #reserve(): Promise<void> {
    try {
      this.#next = await this.blocks.reserve(this.link, BLOCK);
      this.#left = BLOCK;
    } finally {
      this.#refill = undefined;
    }
  }
}
