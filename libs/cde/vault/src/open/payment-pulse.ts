import { Injectable } from '@nestjs/common';
import { Clock } from '@tsunagu/kernel';

/** Mean of opening a card above which payments are slow: three calls to a remote HSM take half of it, a busy machine takes more. */
const SLOW_MS = 100;
/** Weight of the newest card; about the last twenty count. */
const WEIGHT = 0.1;
/** Without a card for this long nobody is kept waiting. */
const STALE_MS = 5_000;
/** One slow card is chance: a first key to be made, a cold connection. */
const BEATS_MIN = 10;

/** How long payments wait at this vault: background work looks here before each slice, and stops while cards are slow. */
@Injectable()
export class PaymentPulse {
  #meanMs = 0;
  #beats = 0;
  #at = -Infinity;

  constructor(private readonly clock: Clock) {}

  /** @param ms from the request of a card to its answer */
  beat(ms: number): void {
    const now = this.clock.monotonicMs();
    const isFirst = now - this.#at > STALE_MS;
    this.#meanMs = isFirst ? ms : this.#meanMs + WEIGHT * (ms - this.#meanMs);
    this.#beats = isFirst ? 1 : this.#beats + 1;
    this.#at = now;
  }

  isSlow(): boolean {
    const isFresh = this.clock.monotonicMs() - this.#at <= STALE_MS;
    return isFresh && this.#beats >= BEATS_MIN && this.#meanMs > SLOW_MS;
  }
}
