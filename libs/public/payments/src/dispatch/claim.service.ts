import { Injectable } from '@nestjs/common';
import { Clock, invariant } from '@tsunagu/kernel';
import type { TenantContext } from '@tsunagu/contracts';
import { DatabaseUnavailableError, Metrics } from '@tsunagu/platform';
import type { Counter } from 'prom-client';
import { CLAIM_MS, RELINQUISH_MS } from '../attempt/attempt-timers.js';
import { PaymentStore, type ClaimedAttempt } from '../store/payment-store.js';
import { ClaimLease } from './claim-lease.js';

/** Takes attempts in the name of this worker's life, and gives them back. */
@Injectable()
export class ClaimService {
  readonly #dropped: Counter;

  constructor(
    private readonly store: PaymentStore,
    private readonly lease: ClaimLease,
    private readonly clock: Clock,
    metrics: Metrics,
  ) {
    this.#dropped = metrics.counter(
      'tsunagu_lane_job_dropped_total',
      'Jobs without a row to work on, claimed elsewhere, or heard without a lease',
    );
  }

  /** Store `sending` before the wire. Undefined: answered already, another worker is asking, or this one is not known to live. */
  async take(ctx: TenantContext, attemptId: string): Promise<ClaimedAttempt | undefined> {
    const by = this.lease.holder;
    const now = this.clock.now();
    const until = new Date(now.getTime() + CLAIM_MS);
    const claimed = by && (await this.store.claimAttempt(ctx, attemptId, { now, until, by }));
    if (claimed) return claimed;
    this.#dropped.inc();
    return undefined;
  }

  /** Do what is done with claims; after a failure of the database nobody can say which of them stand. */
  async guard(work: () => Promise<void>): Promise<void> {
    try {
      await work();
    } catch (error) {
      if (error instanceof DatabaseUnavailableError) this.lease.doubt();
      throw error;
    }
  }

  /** The switch could not be asked: the attempt stays `sending` and is asked about again soon, by whoever hears the bell. */
  async giveBack(ctx: TenantContext, { attempt }: ClaimedAttempt): Promise<void> {
    const { claimedUntil: until, claimedBy: by } = attempt;
    invariant(until !== null && by !== null, 'a claim has an end and a holder');
    const dueAt = new Date(this.clock.now().getTime() + RELINQUISH_MS);
    await this.store.relinquish(ctx, attempt.id, { until, by, dueAt });
  }
}
