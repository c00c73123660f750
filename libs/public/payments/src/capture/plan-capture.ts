import { AMOUNT_MINOR_MAX } from '@tsunagu/kernel';
import type { SealedEnvelope } from '@tsunagu/contracts';
import { isOpen } from '../attempt/attempt-state.js';
import { ChangeDraft, type Change } from '../change-draft.js';
import { captureMaxMinor } from '../methods/method-rules.js';
import { ruleOf } from '../methods/rule-of-payment.js';
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
 * Choose the amount of a capture, or refuse it. Without an amount: all that is left of what was authorized. An amount may go beyond that
 * by the tolerance of the rule; where the rule allows one capture only, it is the last one.
 * @throws PaymentError `amount_invalid`, `already_captured`, `state_conflict`, `amount_exceeds_authorized`
 */
export function planCapture(record: PaymentRecord, wish: CaptureWish, now: Date): CapturePlan {
  const { payment } = record;
  checkAsked(wish.amountMinor);
  checkCapturable(record, now);
  const current_status = payment.status;
  const rule = ruleOf(record);
  const takenMinor = payment.capturedMinor + payment.capturePendingMinor;
  const leftMinor = payment.authorizedMinor - takenMinor;
  const mostMinor = Math.min(captureMaxMinor(rule, payment.authorizedMinor), AMOUNT_MINOR_MAX) - takenMinor;
  const amountMinor = wish.amountMinor ?? leftMinor;
  if (leftMinor <= 0 || amountMinor > mostMinor)
    throw new PaymentError('amount_exceeds_authorized', { current_status });
  const isLastByRule = rule.captureTimes !== null && capturesOf(record).length + 1 >= rule.captureTimes;
  // The till counts on another capture, and there can be none: nothing is captured, so that it can ask for the whole at once.
  if (wish.final === false && isLastByRule) throw new PaymentError('state_conflict', { current_status });
  const isClosing = isLastByRule || (wish.final ?? amountMinor >= leftMinor);
  // What is given up may not be what another capture has reserved.
  if (isClosing && payment.capturePendingMinor > 0) throw new PaymentError('state_conflict', { current_status });
  return { amountMinor, isClosing };
}

function checkCapturable(record: PaymentRecord, now: Date): void {
  const current_status = record.payment.status;
  if (current_status === 'captured') throw new PaymentError('already_captured', { current_status });
  if (!isCapturable(record)) throw new PaymentError('state_conflict', { current_status });
  checkValidity(record, now);
}

/** Whether state and movements under way leave room for a capture; time and amount are not asked here. */
export function isCapturable(record: PaymentRecord): boolean {
  const { payment, attempts } = record;
  if (payment.status !== 'authorized' && payment.status !== 'partially_captured') return false;
  if (attempts.some((attempt) => isOpenVoid(attempt) || isOpenClosing(attempt) || isOpenIncrease(attempt)))
    return false;
  const { captureTimes } = ruleOf(record);
  if (captureTimes !== null && capturesOf(record).length >= captureTimes) return false;
  return payment.authorizedMinor - payment.capturedMinor - payment.capturePendingMinor > 0;
}

/** The validity of the authorization is over, whether or not the clock's loop has come by yet. */
export function isPastValidity({ payment }: PaymentRecord, now: Date): boolean {
  return payment.expiresAt !== null && payment.expiresAt <= now;
}

/** @throws PaymentError `state_conflict` its time is over: in a moment it will have ended, and nothing is possible until then */
export function checkValidity(record: PaymentRecord, now: Date): void {
  if (!isPastValidity(record, now)) return;
  throw new PaymentError('state_conflict', { current_status: record.payment.status, allowed_actions: '' });
}

/** A last capture is under way: after it nothing is left to capture, whatever its amount. */
export function isOpenClosing(attempt: Attempt): boolean {
  return attempt.kind === 'capture' && attempt.isClosing && isOpen(attempt.status);
}

/** How much is authorized is being decided at this moment. */
export function isOpenIncrease(attempt: Attempt): boolean {
  return attempt.kind === 'increase' && isOpen(attempt.status);
}

/** Captures that count against the rule: those that hold, and those that may. */
function capturesOf({ attempts }: PaymentRecord): Attempt[] {
  return attempts.filter(({ kind, status }) => kind === 'capture' && (status === 'approved' || isOpen(status)));
}

/** Reserve the amount and open the capture attempt. @throws PaymentError as {@link planCapture} */
export function startCapture(
  record: PaymentRecord,
  order: CaptureWish & { readonly requestId: string; readonly envelope: SealedEnvelope },
  now: Date,
): Change {
  const plan = planCapture(record, order, now);
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
