import { Injectable } from '@nestjs/common';
import { Clock, invariant, newId } from '@tsunagu/kernel';
import { VaultPort, type SealedEnvelope, type TenantContext } from '@tsunagu/contracts';
import { planCapture, startCapture } from './capture/plan-capture.js';
import { startRelease } from './capture/plan-release.js';
import { planIncrease, startIncrease } from './increase/plan-increase.js';
import {
  PaymentActions,
  type Accepted,
  type AttemptAnswer,
  type Idempotency,
  type PaymentView,
  type RefundView,
} from './payment-api.js';
import { PaymentGate, type ActionResult } from './payment-gate.js';
import type { Payment } from './payment-record.js';
import { refundView, viewOf } from './queries/payment-view.js';
import { planRefund, startRefund } from './refund/plan-refund.js';
import { GiveUpService } from './reversal/give-up.service.js';
import { startCancel } from './reversal/plan-cancel.js';

/** Later movements: each is a child attempt, opened under the payment's lock and dispatched by the same lanes. */
@Injectable()
export class PaymentActionsService extends PaymentActions {
  constructor(
    private readonly gate: PaymentGate,
    private readonly vault: VaultPort,
    private readonly givingUp: GiveUpService,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async capture(
    ctx: TenantContext,
    paymentId: string,
    order: { idempotency: Idempotency; amountMinor?: number; final?: boolean },
  ): Promise<Accepted> {
    const { idempotency, amountMinor, final } = order;
    const wish = { amountMinor, final };
    const result = await this.gate.act(ctx, paymentId, {
      idempotency,
      prepare: async (record) => {
        planCapture(record, wish, this.clock.now());
        const envelope = await this.#seal(ctx, record.payment, 'capture');
        return (locked) => startCapture(locked, { ...wish, envelope, requestId: ctx.requestId }, this.clock.now());
      },
    });
    return accepted(result);
  }

  override async increase(
    ctx: TenantContext,
    paymentId: string,
    { idempotency, amountMinor }: { idempotency: Idempotency; amountMinor: number },
  ): Promise<Accepted> {
    const result = await this.gate.act(ctx, paymentId, {
      idempotency,
      prepare: async (record) => {
        planIncrease(record, amountMinor, this.clock.now());
        const envelope = await this.#seal(ctx, record.payment, 'capture'); // the vault: it continues what the token began
        return (locked) => startIncrease(locked, { amountMinor, envelope, requestId: ctx.requestId }, this.clock.now());
      },
    });
    return accepted(result);
  }

  override async release(
    ctx: TenantContext,
    paymentId: string,
    { idempotency }: { idempotency: Idempotency },
  ): Promise<Accepted> {
    const result = await this.gate.act(ctx, paymentId, {
      idempotency,
      prepare: () => Promise.resolve((locked) => startRelease(locked, this.clock.now())),
    });
    return accepted(result);
  }

  override async cancel(ctx: TenantContext, paymentId: string, order: { idempotency: Idempotency }): Promise<Accepted> {
    const result = await this.gate.act(ctx, paymentId, {
      idempotency: order.idempotency,
      prepare: () => Promise.resolve((locked) => startCancel(locked, this.clock.now())),
    });
    return accepted(result);
  }

  override async refund(
    ctx: TenantContext,
    paymentId: string,
    order: { idempotency: Idempotency; amountMinor?: number; kind?: 'torikeshi' | 'henpin'; slipNo?: string },
  ): Promise<Accepted<{ payment: PaymentView; refund: RefundView }>> {
    const { idempotency, amountMinor, kind, slipNo } = order;
    const now = this.clock.now();
    const refundId = newId(now);
    const result = await this.gate.act(ctx, paymentId, {
      idempotency,
      resourceId: refundId,
      prepare: async (record) => {
        const plan = planRefund(record, { amountMinor, kind }, now);
        const envelope = plan.kind === 'henpin' ? await this.#seal(ctx, record.payment, 'refund') : null;
        const given = { ...plan, refundId, envelope, slipNo, requestId: ctx.requestId };
        return (locked) => startRefund(locked, given, now);
      },
    });
    const refund = result.record.refunds.find((candidate) => candidate.id === result.resourceId);
    invariant(refund !== undefined, 'a refund intent names a refund');
    return {
      resource: { payment: viewOf(result.record), refund: refundView(result.record.payment, refund) },
      replayed: result.replayed,
    };
  }

  override ensureCancelled(ctx: TenantContext, clientReference: string): Promise<AttemptAnswer> {
    return this.givingUp.ensureCancelled(ctx, clientReference);
  }

  /** The vault seals the account anew from the token: the card itself is long gone. */
  async #seal(ctx: TenantContext, payment: Payment, purpose: 'capture' | 'refund'): Promise<SealedEnvelope> {
    const { tenantId, requestId } = ctx;
    const { envelope } = await this.vault.sealAccount({ tenantId, tokenId: payment.tokenId, purpose, requestId });
    return envelope;
  }
}

function accepted({ record, replayed }: ActionResult): Accepted {
  return { resource: viewOf(record), replayed };
}
