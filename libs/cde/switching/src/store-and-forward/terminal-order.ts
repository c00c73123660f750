import type { Clock } from '@tsunagu/kernel';
import type { WireOrder } from '@tsunagu/links';
import type { AttemptKey, SafClaim } from '../journal/journal.js';

/** A terminal of one tenant, as the order rule counts it. */
export function terminalOf(tenantId: string, acceptor: WireOrder['acceptor']): string {
  return `${tenantId}/${acceptor.merchant}/${acceptor.terminal}`;
}

/** An entry whose first sending is still owed. */
export type UnsentEntry = Pick<SafClaim, 'terminal' | 'kind'> & AttemptKey;

/**
 * Reversals before advices before new requests of the same terminal: a new request waits until the terminal's queued entries have
 * been sent once. Not until they are answered: a silent issuer must not close the till.
 * @source reference/iso8583-1993.md §17.3
 */
export class TerminalOrder {
  readonly #held = new Map<string, Map<string, Set<string>>>();
  readonly #waiting = new Map<string, Set<() => void>>();
  /** Entries whose row may not be there yet. */
  readonly #beingWritten = new Set<string>();

  constructor(private readonly clock: Clock) {}

  /**
   * Hold the terminal while `queue` writes an entry; it stays held until that entry was sent. Held before the commit, because the
   * worker may send in the very next instant.
   * @param queue says whether the entry was queued by it
   */
  async holding<T>(
    link: string,
    entry: UnsentEntry,
    queue: () => Promise<{ isQueued: boolean; value: T }>,
  ): Promise<T> {
    this.#hold(link, entry);
    this.#beingWritten.add(entryName(entry));
    let isQueued = false;
    try {
      const result = await queue();
      isQueued = result.isQueued;
      return result.value;
    } finally {
      this.#beingWritten.delete(entryName(entry));
      if (!isQueued) this.release(link, entry);
    }
  }

  /**
   * Let go of what people ended elsewhere: entries that are held here and that the journal owes no more.
   * @param owed reads what is unsent from the journal, after this call has looked at what is held
   * @returns whether this terminal is free now
   */
  async settle(link: string, terminal: string, owed: () => Promise<readonly UnsentEntry[]>): Promise<boolean> {
    const written = [...(this.#held.get(link)?.get(terminal) ?? [])].filter((name) => !this.#beingWritten.has(name));
    const stillOwed = new Set((await owed()).map(entryName));
    for (const name of written) if (!stillOwed.has(name)) this.#letGo(link, terminal, name);
    return !this.#isHeld(link, terminal);
  }

  /** The entry was sent once, or will never be. */
  release(link: string, entry: UnsentEntry): void {
    this.#letGo(link, entry.terminal, entryName(entry));
  }

  #letGo(link: string, terminal: string, name: string): void {
    const terminals = this.#held.get(link);
    const held = terminals?.get(terminal);
    if (held?.delete(name) !== true || held.size > 0) return;
    terminals?.delete(terminal);
    this.#wake(link);
  }

  /** This process leads the link from now on: forget what an earlier term held, hold what the journal says. */
  reset(link: string, unsent: readonly UnsentEntry[]): void {
    this.#held.delete(link);
    for (const entry of unsent) this.#hold(link, entry);
    this.#wake(link);
  }

  /** Wait until nothing of this terminal is unsent. @returns false when that took longer than `waitMs` */
  async clear(link: string, terminal: string, waitMs: number): Promise<boolean> {
    const until = this.clock.monotonicMs() + waitMs;
    while (this.#isHeld(link, terminal)) {
      const leftMs = until - this.clock.monotonicMs();
      if (leftMs <= 0) return false;
      await this.#waitForChange(link, leftMs);
    }
    return true;
  }

  async #waitForChange(link: string, waitMs: number): Promise<void> {
    const timer = new AbortController();
    const wake = () => timer.abort();
    const waiting = this.#waiting.get(link) ?? new Set();
    this.#waiting.set(link, waiting.add(wake));
    await this.clock.sleep(waitMs, timer.signal);
    waiting.delete(wake);
  }

  #isHeld(link: string, terminal: string): boolean {
    return this.#held.get(link)?.has(terminal) === true;
  }

  #hold(link: string, entry: UnsentEntry): void {
    const terminals = this.#held.get(link) ?? new Map<string, Set<string>>();
    const held = terminals.get(entry.terminal) ?? new Set();
    this.#held.set(link, terminals.set(entry.terminal, held.add(entryName(entry))));
  }

  #wake(link: string): void {
    for (const wake of this.#waiting.get(link) ?? []) wake();
  }
}

function entryName(entry: UnsentEntry): string {
  return `${entry.attemptId}/${entry.kind}`;
}
