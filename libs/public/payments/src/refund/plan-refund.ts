import { businessDate } from '@tsunagu/kernel';
import type { SealedEnvelope } from '@tsunagu/contracts';
import { ChangeDraft, type Change } from '../change-draft.js';
import { reserveForeign } from '../conversion/refund-foreign.js';
import type { RefundView } from '../payment-api.js';
import { checkAsked, PaymentError } from '../payment-error.js';
import type { Attempt, PaymentRecord, Refund } from '../payment-record.js';
import { ruleOf } from '../methods/rule-of-payment.js';
import { orderVoid } from '../reversal/order-void.js';

/** What the merchant asks for. Left out: all that is left, and the gateway chooses between 取消 and 返品. */
export interface RefundWish {
  readonly amountMinor?: number;
  readonly kind?: RefundView['kind'];
}

export interface RefundPlan {
  readonly amountMinor: number;
  readonly kind: RefundView['kind'];
}

const REFUNDABLE = new Set(['captured', 'partially_refunded', 'refunded', 'voided']);

/**
 * Choose amount and kind of a refund, or refuse it.
 * 取消 needs: the whole amount, the same business date, nothing refunded, and a rule of the method that lets it be cancelled.
 * A refund keeps the plan of its sale; a part of one goes back only where the table of the sale allows it.
 * @throws PaymentError `amount_invalid`, `state_conflict`, `amount_exceeds_refundable`, `plan_needs_whole_refund`
 * @source payment-features.md §1.4, §3.2
 */
export function planRefund(record: PaymentRecord, wish: RefundWish, now: Date): RefundPlan {
  const { payment } = record;
  checkAsked(wish.amountMinor); // before any other check
  if (!REFUNDABLE.has(payment.status) || payment.capturedMinor === 0) {
    throw new PaymentError('state_conflict', { current_status: payment.status });
  }
  const leftMinor = payment.capturedMinor - payment.refundedMinor - payment.refundPendingMinor;
  const amountMinor = wish.amountMinor ?? leftMinor;
  if (amountMinor > leftMinor || leftMinor === 0) {
    throw new PaymentError('amount_exceeds_refundable', { current_status: payment.status });
  }
  checkPart(record, amountMinor);
  const isCancellable = cancellableCharge(record, amountMinor, now) !== undefined;
  if (wish.kind === 'torikeshi' && !isCancellable) {
    throw new PaymentError('state_conflict', { current_status: payment.status });
  }
  return { amountMinor, kind: wish.kind ?? (isCancellable ? 'torikeshi' : 'henpin') };
}

/** @throws PaymentError `plan_needs_whole_refund` */
function checkPart(record: PaymentRecord, amountMinor: number): void {
  const { plan, capturedMinor, status } = record.payment;
  const isWholeOnly = plan?.partialRefund === 'requires_review' || !ruleOf(record).partialRefund;
  if (isWholeOnly && amountMinor < capturedMinor)
    throw new PaymentError('plan_needs_whole_refund', { current_status: status });
}

/**
 * What 取消 would take back: the whole of the one message that took the money, on its own business date, where the rule of the
 * method lets it be cancelled. A sale almost everywhere; a capture where the brand knows a completion cancel (UnionPay).
 */
function cancellableCharge(record: PaymentRecord, amountMinor: number, now: Date): Attempt | undefined {
  const { payment, attempts } = record;
  if (payment.status !== 'captured' || amountMinor !== payment.capturedMinor) return undefined;
  const rule = ruleOf(record);
  const taken = attempts.filter(({ kind, status }) => status === 'approved' && (kind === 'sale' || kind === 'capture'));
  const [charge] = taken;
  if (charge === undefined || taken.length > 1) return undefined;
  const isAllowed = rule.operations.includes(charge.kind === 'sale' ? 'cancel_sale' : 'cancel_capture');
  const takenOn = charge.kind === 'sale' ? payment.businessDate : businessDate(charge.createdAt, payment.cutOffMinutes);
  return isAllowed && businessDate(now, payment.cutOffMinutes) === takenOn ? charge : undefined;
}

/** Whether something of the captured money can still go back. */
export function isRefundable({ payment }: PaymentRecord): boolean {
  const { status, capturedMinor, refundedMinor, refundPendingMinor } = payment;
  return (
    (status === 'captured' || status === 'partially_refunded') && refundedMinor + refundPendingMinor < capturedMinor
  );
}

/**
 * Reserve the amount and open refund and attempt. Runs under the payment's lock, so the plan is made again there.
 * @throws PaymentError as {@link planRefund}
 */
export function startRefund(
  record: PaymentRecord,
  order: RefundPlan & {
    readonly refundId: string;
    readonly requestId: string;
    readonly envelope: SealedEnvelope | null;
    readonly slipNo?: string;
  },
  now: Date,
): Change {
  const plan = planRefund(record, order, now);
  const draft = new ChangeDraft(record, now);
  const foreign = plan.kind === 'henpin' ? reserveForeign(draft, plan.amountMinor) : {};
  draft.payment.refundPendingMinor += plan.amountMinor;
  const original = chargeOf(record.attempts);
  const attempt =
    plan.kind === 'torikeshi'
      ? orderVoid(draft, original, 'customer_cancellation', order.refundId)
      : draft.add({
          kind: 'refund',
          amountMinor: plan.amountMinor,
          requestId: order.requestId,
          originalAttemptId: original.id,
          refundId: order.refundId,
          envelope: order.envelope,
          ...foreign,
        });
  const refund: Refund = {
    id: order.refundId,
    paymentId: record.payment.id,
    kind: plan.kind,
    status: 'processing',
    amountMinor: plan.amountMinor,
    slipNo: order.slipNo ?? null,
    attemptId: attempt.id,
    createdAt: now,
    updatedAt: now,
  };
  draft.saveRefund(refund);
  draft.tell('refund.created');
  return draft.done();
}

/**
 * What a refund refers to: the one message that took the money. Money taken in several captures hangs together only by its
 * authorization: no single capture of it is as large as what may go back.
 */
function chargeOf(attempts: readonly Attempt[]): Attempt {
  const approved = attempts.filter(({ status }) => status === 'approved');
  const taken = approved.filter(({ kind }) => kind === 'sale' || kind === 'capture');
  const found = taken.length > 1 ? approved.find(({ kind }) => kind === 'auth') : taken[0];
  if (found === undefined) throw new PaymentError('state_conflict');
  return found;
}
