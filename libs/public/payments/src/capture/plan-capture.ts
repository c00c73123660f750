import type { SealedEnvelope } from '@tsunagu/contracts';
import { isOpen } from '../attempt/attempt-state.js';
import { ChangeDraft, type Change } from '../change-draft.js';
import { checkAsked, PaymentError } from '../payment-error.js';
import type { Attempt, PaymentRecord } from '../payment-record.js';
import { isOpenVoid } from '../reversal/order-void.js';

/** What the merchant asks for. Left out: all that is left, and nothing after it. */
export interface CaptureWish {
  readonly amountMinor?: number;
  readonly final?: boolean;
}

export interface CapturePlan {
  readonly amountMinor: number;
  readonly isClosing: boolean;
}

/**
 * Choose the amount of a capture, or refuse it.
 * @throws PaymentError `amount_invalid`, `already_captured`, `state_conflict`, `amount_exceeds_authorized`
 */
export function planCapture(record: PaymentRecord, wish: CaptureWish): CapturePlan {
  const { payment } = record;
  checkAsked(wish.amountMinor);
  checkCapturable(record);
  const current_status = payment.status;
  const leftMinor = payment.authorizedMinor - payment.capturedMinor - payment.capturePendingMinor;
  const amountMinor = wish.amountMinor ?? leftMinor;
  if (leftMinor === 0 || amountMinor > leftMinor) {
    throw new PaymentError('amount_exceeds_authorized', { current_status });
  }
  const isClosing = wish.final ?? amountMinor === leftMinor;
  // What is given up may not be what another capture has reserved.
  if (isClosing && payment.capturePendingMinor > 0) throw new PaymentError('state_conflict', { current_status });
  return { amountMinor, isClosing };
}

function checkCapturable({ payment, attempts }: PaymentRecord): void {
  const current_status = payment.status;
  if (current_status === 'captured') throw new PaymentError('already_captured', { current_status });
  const isCapturable = current_status === 'authorized' || current_status === 'partially_captured';
  const isTaken = attempts.some((attempt) => isOpenVoid(attempt) || isOpenClosing(attempt));
  if (!isCapturable || isTaken) throw new PaymentError('state_conflict', { current_status });
}

/** A last capture is under way: after it nothing is left to capture, whatever its amount. */
export function isOpenClosing(attempt: Attempt): boolean {
  return attempt.kind === 'capture' && attempt.isClosing && isOpen(attempt.status);
}

/** Reserve the amount and open the capture attempt. @throws PaymentError as {@link planCapture} */
export function startCapture(
  record: PaymentRecord,
  order: CaptureWish & { readonly requestId: string; readonly envelope: SealedEnvelope },
  now: Date,
): Change {
  const plan = planCapture(record, order);
  const draft = new ChangeDraft(record, now);
  draft.payment.capturePendingMinor += plan.amountMinor;
  const original = record.attempts.find((attempt) => attempt.kind === 'auth' && attempt.status === 'approved');
  if (original === undefined) throw new PaymentError('state_conflict', { current_status: record.payment.status });
  draft.add({
    kind: 'capture',
    amountMinor: plan.amountMinor,
    requestId: order.requestId,
    originalAttemptId: original.id,
    isClosing: plan.isClosing,
    envelope: order.envelope,
  });
  return draft.done();
}
