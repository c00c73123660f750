import { Injectable } from '@nestjs/common';
import { Clock } from '@tsunagu/kernel';
import type { TenantContext, WireOutcome } from '@tsunagu/contracts';
import { Metrics } from '@tsunagu/platform';
import type { Counter } from 'prom-client';
import { FollowUp } from '../follow-up.js';
import { IllegalTransitionError } from '../payment-error.js';
import type { PaymentRecord } from '../payment-record.js';
import { PaymentStore, type ChangeResult } from '../store/payment-store.js';
import { DECLINE_ACT_NAMES, DECLINE_CLASS_NAMES } from '../declines/decline-rule.js';
import { declineRule } from '../declines/decline-rules.js';
import { rawCodeOfAnswer } from '../declines/raw-code.js';
import { decideOutcome, isStale } from './decide-outcome.js';

/** Third stage: what the switch knows goes into attempt, payment, counters, books and events in one transaction. */
@Injectable()
export class OutcomeService {
  readonly #stale: Counter;
  readonly #late: Counter;
  readonly #applied: Counter;
  readonly #declined: Counter;

  constructor(
    private readonly store: PaymentStore,
    private readonly followUp: FollowUp,
    private readonly clock: Clock,
    metrics: Metrics,
  ) {
    this.#stale = metrics.counter('tsunagu_stale_update_total', 'Outcomes that contradict what an attempt ended with');
    this.#late = metrics.counter('tsunagu_late_approval_total', 'Approvals that came after the reversal was decided');
    this.#applied = metrics.counter('tsunagu_outcome_total', 'Outcomes applied', ['state']);
    this.#declined = metrics.counter(
      'tsunagu_decline_total',
      'Declines by class and act; our_fault calls our on-call',
      ['class', 'act'],
    );
  }

  /**
   * Apply an outcome; repeats and late answers change nothing.
   * @returns whether anything changed
   */
  async apply(
    ctx: TenantContext,
    target: { paymentId: string; attemptId: string },
    outcome: WireOutcome,
  ): Promise<boolean> {
    if (outcome.lateApproval) this.#late.inc();
    const result = await this.#change(ctx, target, outcome);
    if (result?.kind !== 'changed') {
      const isRepeat = result?.kind === 'unchanged' && !isStale(result.record, target.attemptId, outcome);
      if (!isRepeat) this.#stale.inc();
      return false;
    }
    this.#applied.inc({ state: outcome.state });
    if (outcome.state === 'declined') this.#declined.inc(declineLabels(outcome));
    await this.followUp.after(result.change);
    return true;
  }

  async #change(
    ctx: TenantContext,
    { paymentId, attemptId }: { paymentId: string; attemptId: string },
    outcome: WireOutcome,
  ): Promise<ChangeResult | undefined> {
    const decide = (record: PaymentRecord) => decideOutcome(record, { attemptId, outcome, now: this.clock.now() });
    try {
      return await this.store.change(ctx, paymentId, decide);
    } catch (error) {
      if (error instanceof IllegalTransitionError) return undefined; // terminal states are immutable: counted, not repeated
      throw error;
    }
  }
}

/** An alert on our fault calls our on-call: the card company says that our request was wrong. @source payment-features.md §11, rules */
function declineLabels({ network, actionCode, reason }: WireOutcome): { class: string; act: string } {
  const rule = declineRule(rawCodeOfAnswer(network?.answer, actionCode), reason);
  return { class: DECLINE_CLASS_NAMES[rule.class], act: DECLINE_ACT_NAMES[rule.acts[0]] };
}
