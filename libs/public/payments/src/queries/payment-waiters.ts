import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { WakeUps } from '@tsunagu/platform';

/** Requests that may wait at once in one process; the next ones are answered at once with what is known. */
const WAITERS_MAX = 10_000;

/** Bells of payments for which nobody waited that are kept in mind: a request comes to wait a moment after it accepted. */
const UNHEARD_MAX = 2_000;

/** One request that waits for a payment. */
export class Waiter {
  #wake: (() => void) | undefined;
  #isRung = false;

  /** A bell that rang while nobody listened is not lost. */
  ring(): void {
    this.#isRung = true;
    this.#wake?.();
  }

  /** Resolve at the next bell, after `timeoutMs`, or when the signal ends the wait. */
  next(timeoutMs: number, signal?: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        signal?.removeEventListener('abort', done);
        this.#wake = undefined;
        this.#isRung = false;
        resolve();
      };
      const timer = setTimeout(done, timeoutMs);
      signal?.addEventListener('abort', done, { once: true });
      this.#wake = done;
      if (this.#isRung || signal?.aborted === true) done();
    });
  }
}

/** Who waits for what in this process, woken by the node's channel. Bounded; holds no truth. */
@Injectable()
export class PaymentWaiters implements OnApplicationShutdown {
  readonly #waiting = new Map<string, Set<Waiter>>();
  /** In the order in which they rang. */
  readonly #unheard = new Set<string>();
  readonly #unsubscribe: () => void;
  #count = 0;

  constructor(wakeUps: WakeUps) {
    this.#unsubscribe = wakeUps.subscribe((paymentId) => this.#hear(paymentId));
  }

  /** Undefined when too many wait already. A bell that rang lately, before anybody waited, has rung for this waiter. */
  open(paymentId: string): Waiter | undefined {
    if (this.#count >= WAITERS_MAX) return undefined;
    const waiter = new Waiter();
    if (this.#unheard.delete(paymentId)) waiter.ring();
    const waiters = this.#waiting.get(paymentId) ?? new Set();
    this.#waiting.set(paymentId, waiters.add(waiter));
    this.#count += 1;
    return waiter;
  }

  close(paymentId: string, waiter: Waiter | undefined): void {
    const waiters = this.#waiting.get(paymentId);
    if (waiter === undefined || waiters?.delete(waiter) !== true) return;
    this.#count -= 1;
    if (waiters.size === 0) this.#waiting.delete(paymentId);
  }

  #hear(paymentId: string): void {
    const waiters = this.#waiting.get(paymentId);
    if (waiters !== undefined) return waiters.forEach((waiter) => waiter.ring());
    this.#unheard.add(paymentId);
    if (this.#unheard.size <= UNHEARD_MAX) return;
    for (const oldest of this.#unheard) {
      this.#unheard.delete(oldest);
      break;
    }
  }

  onApplicationShutdown(): void {
    this.#unsubscribe();
    for (const waiters of this.#waiting.values()) for (const waiter of waiters) waiter.ring();
  }
}
