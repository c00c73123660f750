import type { IsoMessage } from '@tsunagu/iso8583';
import type { Clock } from '@tsunagu/kernel';
import { Deadlines } from './deadlines.js';
import { EndedRequests } from './ended-requests.js';
import type { SendResult, Stray } from './send-result.js';

/** A connection, as it is counted: its end loses what it carried, and nothing else. */
export interface Carrier {
  /** Requests whose answer is owed on it. */
  carried: number;
}

interface Waiting {
  readonly stan: string;
  readonly sentAtMs: number;
  readonly timeoutMs: number;
  readonly carrier: Carrier;
  readonly settle: (result: SendResult) => void;
}

/** Requests whose answer is owed, by matching key; and those that ended in the last ten minutes. They belong to the link. */
export class InFlight {
  readonly #waiting = new Map<string, Waiting>();
  readonly #ended: EndedRequests;
  readonly #stans = new Set<string>();
  readonly #deadlines: Deadlines;

  constructor(private readonly clock: Clock) {
    this.#ended = new EndedRequests(clock);
    this.#deadlines = new Deadlines(clock, (key) => this.#end(key, false, { kind: 'lost', reason: 'timeout' }));
  }

  get size(): number {
    return this.#waiting.size;
  }

  has(key: string): boolean {
    return this.#waiting.has(key);
  }

  /** Whether a live request carries this STAN. */
  usesStan(stan: string): boolean {
    return this.#stans.has(stan);
  }

  /** Wait for the answer to a request whose key is free. The timer starts now. */
  await(key: string, request: { stan: string; timeoutMs: number; carrier: Carrier }): Promise<SendResult> {
    const { stan, timeoutMs, carrier } = request;
    this.#stans.add(stan);
    carrier.carried += 1;
    this.#deadlines.begin(key, timeoutMs);
    return new Promise<SendResult>((settle) => {
      this.#waiting.set(key, { stan, sentAtMs: this.clock.monotonicMs(), timeoutMs, carrier, settle });
    });
  }

  /** Give an incoming answer to whoever waits for it. @returns what kind of stray it is when nobody does */
  answer(key: string | undefined, message: IsoMessage): Stray['kind'] | undefined {
    const waiting = key === undefined ? undefined : this.#waiting.get(key);
    if (key === undefined || waiting === undefined) return this.#ended.kindOf(key);
    const elapsedMs = this.clock.monotonicMs() - waiting.sentAtMs;
    this.#end(key, true, { kind: 'answered', message, elapsedMs });
    return undefined;
  }

  /** Forget a request that was never written. */
  withdraw(key: string, result: SendResult): void {
    this.#take(key)?.settle(result);
  }

  /** The connection is gone: whatever it carried may have happened. */
  loseAll(carrier: Carrier): void {
    if (carrier.carried === 0) return;
    for (const [key, waiting] of this.#waiting) {
      if (waiting.carrier === carrier) this.#end(key, false, { kind: 'lost', reason: 'disconnect' });
    }
  }

  /** Nobody waits any more: the link has stopped. */
  close(): void {
    for (const key of this.#waiting.keys()) this.#end(key, false, { kind: 'lost', reason: 'disconnect' });
    this.#deadlines.close();
  }

  #end(key: string, wasAnswered: boolean, result: SendResult): void {
    const waiting = this.#take(key);
    if (waiting === undefined) return;
    this.#ended.remember(key, wasAnswered);
    waiting.settle(result);
  }

  #take(key: string): Waiting | undefined {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) return undefined;
    this.#waiting.delete(key);
    this.#stans.delete(waiting.stan);
    this.#deadlines.end(key, waiting.timeoutMs);
    waiting.carrier.carried -= 1;
    return waiting;
  }
}
