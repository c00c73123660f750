import type { Clock } from '@tsunagu/kernel';
import type { Stray } from './send-result.js';

/** How long an ended request is remembered at least, so that a late or second answer has a name. @source reference/iso8583-1993.md §17.3 */
const MEMORY_MS = 600_000;
/** At more than a hundred requests a second memory gives way to the newer ones. */
const MEMORY_MAX = 60_000;

/** Requests that ended lately, by matching key. Forgotten by the generation, because that costs nothing per request. */
export class EndedRequests {
  #young = new Map<string, boolean>();
  #old = new Map<string, boolean>();
  #bornMs: number;

  constructor(private readonly clock: Clock) {
    this.#bornMs = clock.monotonicMs();
  }

  remember(key: string, wasAnswered: boolean): void {
    if (this.#young.size >= MEMORY_MAX || this.clock.monotonicMs() - this.#bornMs >= MEMORY_MS) this.#age();
    this.#young.set(key, wasAnswered);
  }

  /** What an answer is that nobody waits for. */
  kindOf(key: string | undefined): Stray['kind'] {
    const wasAnswered = key === undefined ? undefined : (this.#young.get(key) ?? this.#old.get(key));
    if (key === undefined || wasAnswered === undefined) return 'unmatched';
    this.remember(key, true);
    return wasAnswered ? 'duplicate' : 'late';
  }

  #age(): void {
    this.#old = this.#young;
    this.#young = new Map();
    this.#bornMs = this.clock.monotonicMs();
  }
}
