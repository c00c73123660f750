import type { Handle } from 'pkcs11js';
import type { TokenRequest } from './token-link.js';

/** As long as in software: one message is checked and decrypted within this time. */
const KEPT_MS = 1000;
/** Messages between MAC and decryption at one time; one more walks its chain twice and nothing else. */
const PLACES_MAX = 128;

interface Kept {
  readonly handle: Handle;
  /** The session whose object it is: it ends with it. */
  readonly session: Handle;
  readonly untilMs: number;
}

/**
 * Transaction keys inside one login of a token, from a right MAC to the decryption that follows: the chain from the base key is most
 * of the work, so it is walked once a card. Whoever takes one destroys it; one that nobody takes is destroyed after its second.
 */
export class KeptKeys {
  readonly #byName = new Map<string, Kept>();

  constructor(private readonly monotonicMs: () => number = () => performance.now()) {}

  /** @returns false when there is no room: the caller destroys the key then */
  keep(name: string, { session }: TokenRequest, handle: Handle): boolean {
    if (this.#byName.size >= PLACES_MAX || this.#byName.has(name)) return false;
    this.#byName.set(name, { handle, session, untilMs: this.monotonicMs() + KEPT_MS });
    return true;
  }

  /** The key, the caller's from now on. */
  take(name: string): Handle | undefined {
    const kept = this.#byName.get(name);
    this.#byName.delete(name);
    return kept?.handle;
  }

  /** Destroy those whose time is over. @returns whether others wait for theirs */
  destroyOld({ cryptoki, session }: TokenRequest): boolean {
    const nowMs = this.monotonicMs();
    for (const [name, { handle, untilMs }] of this.#byName) {
      if (untilMs > nowMs) return true; // in the order of their ends
      this.#byName.delete(name);
      cryptoki.C_DestroyObject(session, handle);
    }
    return false;
  }

  /** A session was closed, and its objects with it. */
  forget(session: Handle): void {
    for (const [name, kept] of this.#byName) if (kept.session === session) this.#byName.delete(name);
  }
}
