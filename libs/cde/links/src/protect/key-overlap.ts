import type { Clock } from '@tsunagu/kernel';

/** After a change both keys hold for this long, or for so many messages. @source reference/iso8583-1993.md §15 */
const OVERLAP_MS = 5 * 60_000;
const OVERLAP_MESSAGES = 100;

/** One key in use, and the one before it while it is still accepted. */
export class KeyOverlap<Key> {
  #previous: { readonly key: Key; readonly untilMs: number; left: number } | undefined;

  constructor(
    private inUse: Key,
    private readonly clock: Clock,
    private readonly over: (old: Key) => void,
  ) {}

  get current(): Key {
    return this.inUse;
  }

  /** Keys that a message may carry, the likely one first. */
  get accepted(): readonly Key[] {
    return this.#previous === undefined ? [this.inUse] : [this.inUse, this.#previous.key];
  }

  /** From the next message on. The one before the previous one is over at once. */
  change(next: Key): void {
    this.#end();
    this.#previous = {
      key: this.inUse,
      untilMs: this.clock.monotonicMs() + OVERLAP_MS,
      left: OVERLAP_MESSAGES,
    };
    this.inUse = next;
  }

  /** A message came in. */
  count(): void {
    const previous = this.#previous;
    if (previous === undefined) return;
    previous.left -= 1;
    if (previous.left <= 0 || this.clock.monotonicMs() >= previous.untilMs) this.#end();
  }

  #end(): void {
    const previous = this.#previous;
    this.#previous = undefined;
    if (previous !== undefined) this.over(previous.key);
  }
}
