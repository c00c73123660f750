import type { IsoMessage } from '@tsunagu/iso8583';
import type { Clock } from '@tsunagu/kernel';
import { Deadlines } from './deadlines.js';
import type { SendResult, Stray } from './send-result.js';

/** How long an ended request is remembered, so that a late or second answer has a name. @source reference/iso8583-1993.md §17.3 */
const MEMORY_MS = 600_000;
const MEMORY_MAX = 100_000;

interface Waiting {
  readonly stan: string;
  readonly sentAtMs: number;
  readonly timeoutMs: number;
  /** The connection that carries it: its end loses what it carried, and nothing else. */
  readonly carrier: object;
  readonly settle: (result: SendResult) => void;
}

/** Requests whose answer is owed, by matching key; and those that ended in the last ten minutes. They belong to the link. */
export class InFlight {
  readonly #waiting = new Map<string, Waiting>();
  readonly #ended = new Map<string, { readonly until: number; readonly wasAnswered: boolean }>();
  readonly #stans = new Set<string>();
  readonly #carried = new Map<object, number>();
  readonly #deadlines: Deadlines;

  constructor(private readonly clock: Clock) {
    this.#deadlines = new Deadlines(clock, (key) => this.#end(key, false, { kind: 'lost', reason: 'timeout' }));
  }

  get size(): number {
    return this.#waiting.size;
  }

  /** Requests on one connection. */
  sizeOf(carrier: object): number {
    return this.#carried.get(carrier) ?? 0;
  }

  has(key: string): boolean {
    return this.#waiting.has(key);
  }

  /** Whether a live request carries this STAN. */
  usesStan(stan: string): boolean {
    return this.#stans.has(stan);
  }

  /** Wait for the answer to a request whose key is free. The timer starts now. */
  await(key: string, request: { stan: string; timeoutMs: number; carrier: object }): Promise<SendResult> {
    this.#ended.delete(key); // a repeat of an advice carries the key of its first sending
    const { stan, timeoutMs, carrier } = request;
    this.#stans.add(stan);
    this.#carried.set(carrier, this.sizeOf(carrier) + 1);
    this.#deadlines.begin(key, timeoutMs);
    return new Promise<SendResult>((settle) => {
      this.#waiting.set(key, { stan, sentAtMs: this.clock.monotonicMs(), timeoutMs, carrier, settle });
    });
  }

  /** Give an incoming answer to whoever waits for it. @returns what kind of stray it is when nobody does */
  answer(key: string | undefined, message: IsoMessage): Stray['kind'] | undefined {
    const waiting = key === undefined ? undefined : this.#waiting.get(key);
    if (key === undefined || waiting === undefined) return this.#strayKind(key);
    const elapsedMs = this.clock.monotonicMs() - waiting.sentAtMs;
    this.#end(key, true, { kind: 'answered', message, elapsedMs });
    return undefined;
  }

  /** Forget a request that was never written. */
  withdraw(key: string, result: SendResult): void {
    this.#take(key)?.settle(result);
  }

  /** The connection is gone: whatever it carried may have happened. */
  loseAll(carrier: object): void {
    if (this.sizeOf(carrier) === 0) return;
    for (const [key, waiting] of this.#waiting) {
      if (waiting.carrier === carrier) this.#end(key, false, { kind: 'lost', reason: 'disconnect' });
    }
  }

  /** Nobody waits any more: the link has stopped. */
  close(): void {
    for (const key of this.#waiting.keys()) this.#end(key, false, { kind: 'lost', reason: 'disconnect' });
    this.#deadlines.close();
  }

  #strayKind(key: string | undefined): Stray['kind'] {
    const ended = key === undefined ? undefined : this.#ended.get(key);
    if (key === undefined || ended === undefined || ended.until < this.clock.monotonicMs()) return 'unmatched';
    this.#remember(key, true);
    return ended.wasAnswered ? 'duplicate' : 'late';
  }

  #end(key: string, wasAnswered: boolean, result: SendResult): void {
    const waiting = this.#take(key);
    if (waiting === undefined) return;
    this.#remember(key, wasAnswered);
    waiting.settle(result);
  }

  #take(key: string): Waiting | undefined {
    const waiting = this.#waiting.get(key);
    if (waiting === undefined) return undefined;
    this.#waiting.delete(key);
    this.#stans.delete(waiting.stan);
    this.#deadlines.end(key, waiting.timeoutMs);
    const left = this.sizeOf(waiting.carrier) - 1;
    if (left > 0) this.#carried.set(waiting.carrier, left);
    else this.#carried.delete(waiting.carrier);
    return waiting;
  }

  /** Insertion order is age order, because every memory is equally long. */
  #remember(key: string, wasAnswered: boolean): void {
    const now = this.clock.monotonicMs();
    this.#ended.delete(key);
    this.#ended.set(key, { until: now + MEMORY_MS, wasAnswered });
    for (const [oldest, { until }] of this.#ended) {
      if (until >= now && this.#ended.size <= MEMORY_MAX) break;
      this.#ended.delete(oldest);
    }
  }
}
