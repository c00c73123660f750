import { Injectable } from '@nestjs/common';
import { invariant, type ErrorCategory } from '@tsunagu/kernel';
import { SwitchPort, type TenantContext, type WireOutcome } from '@tsunagu/contracts';
import { Metrics, RemoteError } from '@tsunagu/platform';
import type { Counter } from 'prom-client';
import { OutcomeService } from '../outcome/outcome.service.js';
import type { ClaimedAttempt } from '../store/payment-store.js';
import { ClaimService } from './claim.service.js';
import { submitRequest } from './submit-request.js';

const REFUSALS: ReadonlySet<ErrorCategory> = new Set<ErrorCategory>(['invalid', 'unprocessable']);

/** Second stage: claim, ask the switch, conclude. Each step may be cut off by a crash and is then done again. */
@Injectable()
export class DispatchService {
  readonly #unreachable: Counter;

  constructor(
    private readonly claims: ClaimService,
    private readonly wire: SwitchPort,
    private readonly outcomes: OutcomeService,
    metrics: Metrics,
  ) {
    this.#unreachable = metrics.counter(
      'tsunagu_switch_unreachable_total',
      'Attempts given back because the switch did not answer',
    );
  }

  /** One job of a lane, from bell to books. */
  run(ctx: TenantContext, attemptId: string): Promise<void> {
    return this.claims.guard(async () => {
      const claimed = await this.claim(ctx, attemptId);
      if (claimed === undefined) return;
      const outcome = await this.perform(ctx, claimed);
      if (outcome !== undefined) await this.conclude(ctx, claimed, outcome);
    });
  }

  /** Store `sending` before the wire. Undefined: answered already, or another worker is asking. */
  claim(ctx: TenantContext, attemptId: string): Promise<ClaimedAttempt | undefined> {
    return this.claims.take(ctx, attemptId);
  }

  /**
   * Ask the switch, which sends at most once and answers repeats from its journal.
   * @returns undefined when the switch could not be reached: the attempt stays `sending` and is asked about again soon
   */
  async perform(ctx: TenantContext, claimed: ClaimedAttempt): Promise<WireOutcome | undefined> {
    try {
      return await this.#askOrBurn(ctx, claimed);
    } catch (error) {
      if (!(error instanceof RemoteError)) throw error;
      this.#unreachable.inc();
      await this.claims.giveBack(ctx, claimed);
      return undefined;
    }
  }

  async conclude(ctx: TenantContext, { payment, attempt }: ClaimedAttempt, outcome: WireOutcome): Promise<void> {
    await this.outcomes.apply(ctx, { paymentId: payment.id, attemptId: attempt.id }, outcome);
  }

  /**
   * A request that the switch refuses to read would be refused for ever. Reversing it burns an attempt that was never
   * sent, and reverses one that was: either way its end is known.
   */
  async #askOrBurn(ctx: TenantContext, claimed: ClaimedAttempt): Promise<WireOutcome> {
    const { attempt, payment } = claimed;
    try {
      return await this.#ask(ctx, claimed);
    } catch (error) {
      const isRefused = error instanceof RemoteError && REFUSALS.has(error.category);
      if (!isRefused || attempt.kind === 'void') throw error;
      const { tenantId, method } = payment;
      return this.wire.reverse({ tenantId, attemptId: attempt.id, reason: 'system', method, requestId: ctx.requestId });
    }
  }

  #ask({ requestId }: TenantContext, claimed: ClaimedAttempt): Promise<WireOutcome> {
    const { attempt, payment } = claimed;
    const trace = attempt.requestId === '' ? requestId : attempt.requestId;
    if (attempt.kind !== 'void')
      return this.wire.submit(submitRequest(claimed, { kind: attempt.kind, requestId: trace }));
    invariant(attempt.originalAttemptId !== null, 'a void reverses an attempt');
    return this.wire.reverse({
      tenantId: payment.tenantId,
      attemptId: attempt.originalAttemptId,
      reason: attempt.order ?? 'system',
      method: payment.method,
      requestId: trace,
    });
  }
}
