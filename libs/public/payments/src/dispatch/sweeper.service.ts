import { Injectable } from '@nestjs/common';
import { Clock } from '@tsunagu/kernel';
import { Metrics } from '@tsunagu/platform';
import type { Counter } from 'prom-client';
import { LOOK_AGAIN } from '../attempt/attempt-timers.js';
import { AttemptBell } from '../payment-ports.js';
import { PaymentStore } from '../store/payment-store.js';
import { ClaimLease } from './claim-lease.js';

/** Attempts of one lane rung in one pass; the next pass is half a second later. */
const LANE_PASS_MAX = 200;

/** Reads PostgreSQL and rings again for attempts nobody took: with it, losing the whole queue loses nothing. */
@Injectable()
export class SweeperService {
  readonly #rung: Counter;

  constructor(
    private readonly store: PaymentStore,
    private readonly bell: AttemptBell,
    private readonly lease: ClaimLease,
    private readonly clock: Clock,
    metrics: Metrics,
  ) {
    this.#rung = metrics.counter('tsunagu_sweeper_rung_total', 'Attempts whose bell was rung again', ['lane']);
  }

  /**
   * One bounded pass: first what dead workers hold, then all that is due. A worker that may not claim leaves it to those who may:
   * each ring makes the next one come later.
   * @returns how many bells were rung
   */
  async sweep(): Promise<number> {
    if (this.lease.holder === undefined) return 0;
    await this.lease.handOver();
    const due = await this.store.takeDue({
      work: 'dispatch',
      now: this.clock.now(),
      lanePassMax: LANE_PASS_MAX,
      ...LOOK_AGAIN.dispatch,
    });
    for (const { method } of due) this.#rung.inc({ lane: method });
    await Promise.all(
      due.map(({ tenantId, attemptId, method, bells }) => this.bell.ring(method, { tenantId, attemptId }, bells)),
    );
    return due.length;
  }
}
