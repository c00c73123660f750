import type { Clock } from '@tsunagu/kernel';
import type { LinkBreaker } from '../config/link-transport.js';
import type { SendResult } from './send-result.js';

/** `closed` takes work; `open` refuses it, proved unsent; `half_open` an echo decides. */
export type BreakerState = 'closed' | 'open' | 'half_open';

/**
 * Circuit breaker of one link: after so many requests in a row without an answer no new one is sent, until an echo is answered.
 * Reversals and advices are not its matter: they are owed whatever happens.
 * @source security-reliability.md I3
 */
export class Breaker {
  #silent = 0;
  #state: BreakerState = 'closed';
  #retryAtMs = 0;

  constructor(
    private readonly limits: LinkBreaker | null,
    private readonly clock: Clock,
    private readonly onState: (state: BreakerState) => void = () => undefined,
  ) {}

  get state(): BreakerState {
    return this.#state;
  }

  get takesWork(): boolean {
    return this.#state === 'closed';
  }

  /** How a request ended. Any answer is a sign of life; what was not sent says nothing. */
  learn(result: SendResult): void {
    if (this.limits === null || result.kind === 'not_sent') return;
    if (result.kind === 'answered') {
      this.#silent = 0;
      return;
    }
    this.#silent += 1;
    if (this.#state === 'closed' && this.#silent >= this.limits.failures) this.#open();
  }

  /** Whether it is time for the echo that decides; true once per pause. */
  takeProbe(): boolean {
    if (this.#state !== 'open' || this.clock.monotonicMs() < this.#retryAtMs) return false;
    this.#move('half_open');
    return true;
  }

  probed(isHeard: boolean): void {
    if (this.#state !== 'half_open') return;
    if (!isHeard) return this.#open();
    this.#silent = 0;
    this.#move('closed');
  }

  #open(): void {
    this.#retryAtMs = this.clock.monotonicMs() + (this.limits?.pauseMs ?? 0);
    this.#move('open');
  }

  #move(state: BreakerState): void {
    this.#state = state;
    this.onState(state);
  }
}
