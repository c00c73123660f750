import { Injectable } from '@nestjs/common';
import { Clock } from '@tsunagu/kernel';
import { Metrics } from '@tsunagu/platform';
import type { Counter } from 'prom-client';
import { FollowUp } from '../follow-up.js';
import { PaymentStore, type ExpiredPayment } from '../store/payment-store.js';
import { decideExpiry } from './decide-expiry.js';

/** Payments ended in one pass. */
export const EXPIRY_PASS_MAX = 100;
/** A payment that could not be ended (a movement is under way, or this worker died) is tried again after this. */
const EXPIRY_LEASE_MS = 30_000;

/** Ends payments whose time is over: read from PostgreSQL, decided under each payment's lock against captures and cancels. */
@Injectable()
export class ExpiryService {
  readonly #ended: Counter;

  constructor(
    private readonly store: PaymentStore,
    private readonly followUp: FollowUp,
    private readonly clock: Clock,
    metrics: Metrics,
  ) {
    this.#ended = metrics.counter('tsunagu_expired_payments_total', 'Payments ended by the clock', ['status']);
  }

  /** One bounded pass. @returns how many payments were looked at; as many as a pass may take: there may be more */
  async expire(): Promise<number> {
    const due = await this.store.takeExpired({
      now: this.clock.now(),
      limit: EXPIRY_PASS_MAX,
      leaseMs: EXPIRY_LEASE_MS,
    });
    const failures: unknown[] = [];
    // One that cannot be ended must not keep those behind it: they are tried first, then the loop hears of it.
    for (const payment of due) await this.#end(payment).catch((error: unknown) => failures.push(error));
    if (failures.length > 0) throw failures[0];
    return due.length;
  }

  async #end({ tenantId, paymentId }: ExpiredPayment): Promise<void> {
    const ctx = { tenantId, requestId: 'expiry' };
    const result = await this.store.change(ctx, paymentId, (record) => decideExpiry(record, this.clock.now()));
    if (result.kind !== 'changed') return;
    this.#ended.inc({ status: result.change.before.status });
    await this.followUp.after(result.change);
  }
}
