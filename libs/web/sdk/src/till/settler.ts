import type { Transport, Limits, Sent } from '../transport/transport.js';
import type { TillClock } from '../transport/till-clock.js';
import type { AttemptAnswer, Payment } from '../wire/types.js';
import { awaitsCustomer, isSettled } from './outcome.js';

const PAUSE_MIN_MS = 500;

/** Asks until a payment has ended: reads only, so asking is always safe. */
export class Settler {
  constructor(
    private readonly transport: Transport,
    private readonly clock: TillClock,
    private readonly waitSeconds: number,
  ) {}

  /** @returns the payment when nothing about it can change by itself or the customer must act; as last seen when the time is over */
  async settle(seen: Payment, limits: Limits): Promise<Payment> {
    let payment = seen;
    while (!isSettled(payment) && !awaitsCustomer(payment)) {
      const leftSeconds = Math.floor((limits.untilMs - this.clock.monotonicMs()) / 1_000);
      if (leftSeconds <= 0 || limits.signal.aborted) break;
      const sent = await this.#poll(payment, Math.min(this.waitSeconds, leftSeconds), limits);
      if (sent.kind !== 'answered') break;
      // An answer without news came early: the server is short of places to wait, or the payment is final but not yet quiet.
      if (sent.data.sequence <= payment.sequence) await this.#pause(payment, limits);
      if (sent.data.sequence >= payment.sequence) payment = sent.data;
    }
    return payment;
  }

  payment(id: string, limits: Limits): Promise<Sent<Payment>> {
    const params = { path: { id } };
    return this.transport.send<Payment>((api, signal) => api.GET('/v1/payments/{id}', { params, signal }), limits);
  }

  attempt(clientReference: string, limits: Limits): Promise<Sent<AttemptAnswer>> {
    const params = { path: { client_reference: clientReference } };
    return this.transport.send<AttemptAnswer>(
      (api, signal) => api.GET('/v1/attempts/{client_reference}', { params, signal }),
      limits,
    );
  }

  #poll({ id, sequence }: Payment, wait: number, limits: Limits): Promise<Sent<Payment>> {
    const params = { path: { id }, query: { wait, after_sequence: sequence } };
    const held = { ...limits, heldSeconds: wait };
    return this.transport.send<Payment>((api, signal) => api.GET('/v1/payments/{id}', { params, signal }), held);
  }

  async #pause({ poll_after_ms: afterMs }: Payment, { signal }: Limits): Promise<void> {
    await this.clock.sleep(Math.max(PAUSE_MIN_MS, afterMs ?? 0), signal).catch((error: unknown) => {
      if (!signal.aborted) throw error;
    });
  }
}
