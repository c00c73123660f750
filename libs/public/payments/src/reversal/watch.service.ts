import { Injectable } from '@nestjs/common';
import { Clock, idInstant } from '@tsunagu/kernel';
import { SwitchPort, type Lane, type WireOutcome } from '@tsunagu/contracts';
import { Metrics, RemoteError } from '@tsunagu/platform';
import type { Gauge } from 'prom-client';
import { LOOK_AGAIN, UNKNOWN_ALERT_MS } from '../attempt/attempt-timers.js';
import { OutcomeService } from '../outcome/outcome.service.js';
import { PaymentStore, type DueAttempt } from '../store/payment-store.js';

/** Attempts of one lane asked about in one request. */
const LANE_PASS_MAX = 100;

/** Follows attempts whose outcome is unknown until the switch knows: one question for all of a lane that are due, lanes side by side. */
@Injectable()
export class WatchService {
  readonly #unknown: Gauge;
  readonly #overdue: Gauge;

  constructor(
    private readonly store: PaymentStore,
    private readonly wire: SwitchPort,
    private readonly outcomes: OutcomeService,
    private readonly clock: Clock,
    metrics: Metrics,
  ) {
    this.#unknown = metrics.gauge('tsunagu_unknown_attempts', 'Unknown attempts looked at in the last pass');
    this.#overdue = metrics.gauge(
      'tsunagu_unknown_overdue_attempts',
      'Unknown attempts older than 90 s in the last pass: alert',
    );
  }

  /** One bounded pass. @returns how many attempts changed */
  async watch(): Promise<number> {
    const now = this.clock.now();
    const due = await this.store.takeDue({ work: 'unknown', now, lanePassMax: LANE_PASS_MAX, ...LOOK_AGAIN.unknown });
    this.#unknown.set(due.length);
    this.#overdue.set(
      due.filter(({ attemptId }) => now.getTime() - idInstant(attemptId).getTime() > UNKNOWN_ALERT_MS).length,
    );
    const changed = await Promise.all([...byLane(due).values()].map((ofLane) => this.#follow(ofLane)));
    return changed.reduce((sum, count) => sum + count, 0);
  }

  async #follow(due: readonly DueAttempt[]): Promise<number> {
    const known = await this.#ask(due);
    let changed = 0;
    for (const attempt of due) {
      const outcome = known.get(subjectOf(attempt));
      if (outcome !== undefined && (await this.#apply(attempt, outcome))) changed += 1;
    }
    return changed;
  }

  async #ask(due: readonly DueAttempt[]): Promise<Map<string, WireOutcome>> {
    const subjects = due.map((attempt) => ({ tenantId: attempt.tenantId, attemptId: subjectOf(attempt) }));
    try {
      const outcomes = await this.wire.outcomes(subjects);
      return new Map(outcomes.map((outcome) => [outcome.attemptId, outcome]));
    } catch (error) {
      if (error instanceof RemoteError) return new Map(); // nothing is known: they are due again soon
      throw error;
    }
  }

  #apply(attempt: DueAttempt, outcome: WireOutcome): Promise<boolean> {
    const ctx = { tenantId: attempt.tenantId, requestId: 'watch' };
    return this.outcomes.apply(ctx, { paymentId: attempt.paymentId, attemptId: attempt.attemptId }, outcome);
  }
}

/** A void is known at the switch by the attempt that it reverses. */
function subjectOf({ kind, attemptId, originalAttemptId }: DueAttempt): string {
  return kind === 'void' && originalAttemptId !== null ? originalAttemptId : attemptId;
}

function byLane(due: readonly DueAttempt[]): Map<Lane, DueAttempt[]> {
  const lanes = new Map<Lane, DueAttempt[]>();
  for (const attempt of due) lanes.set(attempt.method, [...(lanes.get(attempt.method) ?? []), attempt]);
  return lanes;
}
