import { Injectable, type BeforeApplicationShutdown } from '@nestjs/common';
import { Clock } from '@tsunagu/kernel';
import { PaymentQueries, presentPayment, type PaymentView } from '@tsunagu/payments';
import { RequestError } from '../problem/request-error.js';
import type { StreamAsk } from './stream-ask.js';

/** A line of life, so that neither side keeps a dead connection. @source api-conventions.md §5 */
const HEARTBEAT_MS = 15_000;
/** The credential is asked for again this often: a revoked key loses its streams within the 5 s of every other request. */
const CREDENTIAL_CHECK_MS = 3_000;
/** A wait that found no room to wait in comes back at once; then the next look is this far away. */
const CROWDED_MS = 1_000;
/** Streams that one tenant may hold open in this process. */
export const STREAMS_PER_TENANT = 100;

/** Follows payments for clients that want to be told: server-sent events, one per change, each with the whole payment. */
@Injectable()
export class PaymentStreams implements BeforeApplicationShutdown {
  readonly #openByTenant = new Map<string, number>();
  readonly #stopping = new AbortController();

  constructor(
    private readonly queries: PaymentQueries,
    private readonly clock: Clock,
  ) {}

  /** Clients are told by the end of their streams that they should ask another process. */
  beforeApplicationShutdown(): void {
    this.#stopping.abort();
  }

  /**
   * The events of a payment from `view` on.
   * @returns undefined when the client has seen the last one already
   * @throws RequestError `concurrency_exceeded`
   */
  open(ask: StreamAsk, view: PaymentView): AsyncGenerator<string> | undefined {
    if (view.final && view.sequence <= ask.afterSequence) return undefined;
    const held = this.#openByTenant.get(ask.ctx.tenantId) ?? 0;
    if (held >= STREAMS_PER_TENANT) throw new RequestError('concurrency_exceeded');
    this.#openByTenant.set(ask.ctx.tenantId, held + 1);
    let isReleased = false;
    const release = () => {
      if (isReleased) return;
      isReleased = true;
      this.#release(ask.ctx.tenantId);
    };
    // A generator that is never started never reaches its `finally`: the client's end releases the place as well.
    ask.gone.addEventListener('abort', release, { once: true });
    return this.#events(ask, view, release);
  }

  #release(tenantId: string): void {
    const left = (this.#openByTenant.get(tenantId) ?? 1) - 1;
    if (left === 0) this.#openByTenant.delete(tenantId);
    else this.#openByTenant.set(tenantId, left);
  }

  async *#events(ask: StreamAsk, first: PaymentView, release: () => void): AsyncGenerator<string> {
    const signal = AbortSignal.any([ask.gone, this.#stopping.signal]);
    let seen = ask.afterSequence;
    let spokeAtMs = this.clock.monotonicMs();
    let view: PaymentView | undefined = first;
    try {
      yield 'retry: 2000\n\n';
      while (view !== undefined && !signal.aborted) {
        if (view.sequence > seen) {
          seen = view.sequence;
          spokeAtMs = this.clock.monotonicMs();
          yield eventOf(view, ask);
        }
        if (view.final) return;
        if (this.clock.monotonicMs() - spokeAtMs >= HEARTBEAT_MS) {
          spokeAtMs = this.clock.monotonicMs();
          yield ': still here\n\n';
        }
        view = await this.#next(ask, view.id, { seen, signal });
        if (!(await ask.isStillWelcome())) return;
      }
    } finally {
      release();
    }
  }

  async #next(
    ask: StreamAsk,
    paymentId: string,
    { seen, signal }: { seen: number; signal: AbortSignal },
  ): Promise<PaymentView | undefined> {
    const startedMs = this.clock.monotonicMs();
    const until = { afterSequence: seen, timeoutMs: CREDENTIAL_CHECK_MS, signal };
    const view = await this.queries.waitFor(ask.ctx, paymentId, until);
    const isEmptyHanded = view !== undefined && view.sequence <= seen && !view.final;
    if (isEmptyHanded && this.clock.monotonicMs() - startedMs < CROWDED_MS) await this.clock.sleep(CROWDED_MS, signal);
    return view;
  }
}

/** The text of JSON has no line break, so one `data` line is enough. */
function eventOf(view: PaymentView, reader: StreamAsk): string {
  return `id: ${view.sequence}\nevent: payment\ndata: ${JSON.stringify(presentPayment(view, reader))}\n\n`;
}
