import { createHash } from 'node:crypto';
import { Injectable } from '@nestjs/common';
import type { HqMovementOrder, HqOutcome, HqPaymentOrder, TenantContext } from '@tsunagu/contracts';
import { Clock } from '@tsunagu/kernel';
import {
  PaymentActions,
  PaymentError,
  PaymentIntake,
  PaymentQueries,
  type Idempotency,
  type PaymentView,
} from '@tsunagu/payments';
import { canonical } from '../idempotency/intent.js';
import { movementOutcome, paymentOutcome, UNSEEN } from './hq-outcome.js';

/** What the api does for a merchant's payment server: the same intake, movements and give-up as for a till. */
@Injectable()
export class HqIntakeService {
  constructor(
    private readonly intake: PaymentIntake,
    private readonly actions: PaymentActions,
    private readonly queries: PaymentQueries,
    private readonly clock: Clock,
  ) {}

  /** @throws PaymentError as a till's order */
  async accept({ tenantId, requestId, waitMs, reference, ...order }: HqPaymentOrder): Promise<HqOutcome> {
    const ctx = { tenantId, requestId };
    const { opened, ...content } = order;
    const idempotency = intentOf(reference, { ...content, token: opened.tokenId });
    const { resource } = await this.intake.acceptOpened(ctx, { ...order, clientReference: reference, idempotency });
    return paymentOutcome(await this.#until(ctx, resource, waitMs, (view) => paymentOutcome(view).state !== 'open'));
  }

  /** @throws PaymentError `resource_missing` no such payment; and as a till's movement */
  async move(order: HqMovementOrder): Promise<HqOutcome> {
    const { tenantId, requestId, waitMs, kind, intent, original, amountMinor } = order;
    const ctx = { tenantId, requestId };
    const { payment } = await this.queries.attempt(ctx, original);
    if (payment === null) throw new PaymentError('resource_missing');
    const wish = { idempotency: intentOf(intent, { kind, original, amountMinor }), amountMinor };
    const isKnown = (view: PaymentView) => new Set(view.attempts.map(({ id }) => id));
    const { view, attemptId } =
      kind === 'capture'
        ? await this.#capture(ctx, payment.id, wish, isKnown(payment))
        : await this.#refund(ctx, payment.id, wish);
    const seen = await this.#until(ctx, view, waitMs, (now) => movementOutcome(now, attemptId).state !== 'open');
    return movementOutcome(seen, attemptId);
  }

  /** @throws PaymentError `state_conflict` money has moved further than a reversal reaches */
  async giveUp(asked: { tenantId: string; requestId: string; reference: string }): Promise<HqOutcome> {
    const { tenantId, requestId, reference } = asked;
    const { payment } = await this.actions.ensureCancelled({ tenantId, requestId }, reference);
    return payment === null ? UNSEEN : paymentOutcome(payment);
  }

  async #capture(
    ctx: TenantContext,
    paymentId: string,
    wish: { idempotency: Idempotency; amountMinor?: number },
    known: ReadonlySet<string>,
  ): Promise<{ view: PaymentView; attemptId: string | undefined }> {
    const { resource, replayed } = await this.actions.capture(ctx, paymentId, { ...wish, final: true });
    const captures = resource.attempts.filter(({ kind }) => kind === 'capture');
    const added = replayed ? captures.at(-1) : captures.find(({ id }) => !known.has(id));
    return { view: resource, attemptId: added?.id };
  }

  async #refund(
    ctx: TenantContext,
    paymentId: string,
    wish: { idempotency: Idempotency; amountMinor?: number },
  ): Promise<{ view: PaymentView; attemptId: string | undefined }> {
    const { resource } = await this.actions.refund(ctx, paymentId, wish);
    return { view: resource.payment, attemptId: resource.refund.attemptId };
  }

  /** The payment when `isDone` holds, or as it is when the time is over. */
  async #until(
    ctx: TenantContext,
    view: PaymentView,
    waitMs: number,
    isDone: (view: PaymentView) => boolean,
  ): Promise<PaymentView> {
    const deadlineMs = this.clock.monotonicMs() + waitMs;
    let current = view;
    while (!isDone(current)) {
      const timeoutMs = Math.floor(deadlineMs - this.clock.monotonicMs());
      if (timeoutMs <= 0) break;
      const next = await this.queries.waitFor(ctx, view.id, { afterSequence: current.sequence, timeoutMs });
      if (next === undefined || next.sequence === current.sequence) break;
      current = next;
    }
    return current;
  }
}

function intentOf(key: string, content: object): Idempotency {
  return { key, fingerprint: createHash('sha256').update(canonical(content)).digest('hex') };
}
