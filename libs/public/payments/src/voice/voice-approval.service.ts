import { Injectable } from '@nestjs/common';
import { Clock } from '@tsunagu/kernel';
import { VaultPort, type OpenCardAnswer, type TenantContext } from '@tsunagu/contracts';
import { PaymentIntake, VoiceApprovals, type Accepted, type VoiceOrder } from '../payment-api.js';
import { PaymentError } from '../payment-error.js';
import { PaymentGate } from '../payment-gate.js';
import type { PaymentRecord } from '../payment-record.js';
import type { ChosenPlan, PlanAsked } from '../plans/plan-rules.js';
import { checkVoice, refusal } from './plan-voice.js';

/** The plan of the declined sale, as its till had asked for it. */
function askedAgain({ type, count, firstMonth, bonuses }: ChosenPlan): PlanAsked {
  const bonusMonths = bonuses?.map(({ month }) => month);
  const amountMinor = bonuses?.[0]?.amountMinor ?? 0;
  return { type, count, firstMonth, bonusMonths, bonusAmountMinor: amountMinor === 0 ? undefined : amountMinor };
}

/**
 * 電話承認: a sale that was declined with "call us" is posted with the number that the card company gave. A new payment, because what was
 * declined stays declined; with the token of the first, because the card is read once.
 */
@Injectable()
export class VoiceApprovalService extends VoiceApprovals {
  constructor(
    private readonly gate: PaymentGate,
    private readonly intake: PaymentIntake,
    private readonly vault: VaultPort,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async post(ctx: TenantContext, declinedId: string, order: VoiceOrder): Promise<Accepted> {
    const declined = await this.gate.open(ctx, declinedId);
    const { payment } = declined;
    const content = {
      idempotency: order.idempotency,
      clientReference: order.clientReference,
      terminalId: payment.terminalId,
      kind: 'sale',
      method: payment.method === 'dcc' ? undefined : payment.method,
      amountMinor: payment.amountMinor,
      currency: payment.currency,
      entryMode: payment.entryMode,
      plan: payment.plan === null ? undefined : askedAgain(payment.plan),
      slipNo: order.slipNo ?? payment.slipNo ?? undefined,
      clerk: order.clerk ?? payment.clerk ?? undefined,
      metadata: payment.metadata,
      voice: { code: order.code, declinedId },
    } as const;
    try {
      return await this.intake.acceptLater(ctx, content, () => this.#seal(ctx, declined));
    } catch (error) {
      const isTaken = error instanceof PaymentError && error.code === 'state_conflict';
      throw isTaken ? refusal(payment.status) : error;
    }
  }

  /** Asked only when the order is new: a repeat finds its payment before. */
  async #seal(ctx: TenantContext, declined: PaymentRecord): Promise<OpenCardAnswer> {
    checkVoice(declined, this.clock.now());
    const { tenantId, tokenId, card } = declined.payment;
    const { envelope } = await this.vault.sealAccount({
      tenantId,
      tokenId,
      purpose: 'capture', // the vault: it continues what the token began
      requestId: ctx.requestId,
    });
    return { tokenId, card, envelope };
  }
}
