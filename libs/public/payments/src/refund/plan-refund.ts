import { businessDate } from '@tsunagu/kernel';
import type { SealedEnvelope } from '@tsunagu/contracts';
import { ChangeDraft, type Change } from '../change-draft.js';
import type { RefundView } from '../payment-api.js';
import { checkAsked, PaymentError } from '../payment-error.js';
import type { Attempt, PaymentRecord, Refund } from '../payment-record.js';
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
 * 取消 needs: the whole amount, the same business date, nothing refunded, and a sale (an advice cannot be reversed).
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
  checkPlan(payment, amountMinor);
  const isCancellable = canCancelSale(record, amountMinor, now);
  if (wish.kind === 'torikeshi' && !isCancellable) {
    throw new PaymentError('state_conflict', { current_status: payment.status });
  }
  return { amountMinor, kind: wish.kind ?? (isCancellable ? 'torikeshi' : 'henpin') };
}

/** @throws PaymentError `plan_needs_whole_refund` */
function checkPlan({ plan, capturedMinor, status }: PaymentRecord['payment'], amountMinor: number): void {
  const isPart = amountMinor < capturedMinor;
  if (isPart && plan?.partialRefund === 'requires_review')
    throw new PaymentError('plan_needs_whole_refund', { current_status: status });
}

function canCancelSale({ payment, attempts }: PaymentRecord, amountMinor: number, now: Date): boolean {
  return (
    payment.status === 'captured' &&
    amountMinor === payment.capturedMinor &&
    businessDate(now, payment.cutOffMinutes) === payment.businessDate &&
    attempts.some(isApprovedSale)
  );
}

function isApprovedSale(attempt: Attempt): boolean {
  return attempt.kind === 'sale' && attempt.status === 'approved';
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
  },
  now: Date,
): Change {
  const plan = planRefund(record, order, now);
  const draft = new ChangeDraft(record, now);
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
        });
  const refund: Refund = {
    id: order.refundId,
    paymentId: record.payment.id,
    kind: plan.kind,
    status: 'processing',
    amountMinor: plan.amountMinor,
    attemptId: attempt.id,
    createdAt: now,
    updatedAt: now,
  };
  draft.saveRefund(refund);
  draft.tell('refund.created');
  return draft.done();
}

/** The attempt that took the money: the sale, or the last capture. */
function chargeOf(attempts: readonly Attempt[]): Attempt {
  const found = attempts.findLast(
    (attempt) => attempt.status === 'approved' && (attempt.kind === 'sale' || attempt.kind === 'capture'),
  );
  if (found === undefined) throw new PaymentError('state_conflict');
  return found;
}
