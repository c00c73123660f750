import { isOpen } from '../attempt/attempt-state.js';
import { ChangeDraft, type Change } from '../change-draft.js';
import { PaymentError } from '../payment-error.js';
import type { Attempt, PaymentRecord } from '../payment-record.js';
import { isOpenIncrease } from '../capture/plan-capture.js';
import { holdsOf, isOpenVoid, orderVoid, orderVoidOfHold } from './order-void.js';

/**
 * Cancel before capture (オーソリ取消). Nothing sent yet: voided at once. An answer on its way: it decides, and a yes
 * is reversed. Authorized: the authorization is reversed.
 * @returns undefined when it was asked for already
 * @throws PaymentError `state_conflict`
 */
export function startCancel(record: PaymentRecord, now: Date): Change | undefined {
  const { payment } = record;
  const draft = new ChangeDraft(record, now);
  if (payment.status === 'processing' || payment.status === 'requires_action' || payment.status === 'unknown') {
    return giveUp(draft);
  }
  if (payment.status !== 'authorized') throw conflict(record);
  if (record.attempts.some(isOpenVoid)) return undefined;
  if (!isCancellable(record)) throw conflict(record);
  draft.payment.cancelRequested = true;
  orderVoidOfHold(draft, 'customer_cancellation');
  return draft.done();
}

/** Whether an authorization can be cancelled: it holds something, and nothing is under way that could take or add to it. */
export function isCancellable({ payment, attempts }: PaymentRecord): boolean {
  const isBusy = attempts.some((attempt) => isOpenVoid(attempt) || isOpenIncrease(attempt));
  return (
    payment.status === 'authorized' && payment.capturePendingMinor === 0 && !isBusy && holdsOf(attempts).length > 0
  );
}

/**
 * The till gives up whatever became of it (ensure-cancelled). Also reverses a sale of which nothing was refunded.
 * @returns undefined when there is nothing to do: it has ended, or is on its way
 * @throws PaymentError `state_conflict` money has moved further than a reversal reaches
 * @source payment-features.md §2.4 and §1.3 row 27
 */
export function startEnsureCancelled(record: PaymentRecord, now: Date): Change | undefined {
  const { payment } = record;
  const draft = new ChangeDraft(record, now);
  switch (payment.status) {
    case 'processing':
    case 'requires_action':
    case 'unknown':
      return giveUp(draft);
    case 'declined':
    case 'voided':
    case 'expired':
      return undefined;
    case 'authorized':
    case 'captured':
      return undo(draft, record);
    default:
      throw conflict(record);
  }
}

function undo(draft: ChangeDraft, record: PaymentRecord): Change | undefined {
  const { payment } = draft;
  if (record.attempts.some(isOpenVoid)) return undefined;
  if (payment.status === 'authorized') {
    if (!isCancellable(record)) throw conflict(record);
    orderVoidOfHold(draft, 'system');
  } else {
    const sale = untouchedSale(record);
    if (sale === undefined) throw conflict(record); // a captured authorization went out as an advice: refund it
    payment.refundPendingMinor = payment.capturedMinor;
    orderVoid(draft, sale, 'system');
  }
  payment.cancelRequested = true;
  return draft.done();
}

/** The sale of which nothing went back yet, or is on its way back. */
export function untouchedSale({ payment, attempts }: PaymentRecord): Attempt | undefined {
  const isTouched = payment.refundPendingMinor + payment.refundedMinor > 0 || payment.cancelRequested;
  if (payment.status !== 'captured' || isTouched) return undefined;
  return attempts.find(({ kind, status }) => kind === 'sale' && status === 'approved');
}

/** No charge has been answered yet: what was not sent is abandoned, what was sent decides itself. */
function giveUp(draft: ChangeDraft): Change | undefined {
  const wasRequested = draft.payment.cancelRequested;
  const open = draft.attempts.filter((attempt) => isOpen(attempt.status));
  if (open.every((attempt) => attempt.status === 'created' && attempt.kind !== 'void')) {
    for (const attempt of open) draft.move(attempt, 'abandon', { reason: 'cancelled' });
    draft.payment.cancelRequested = true;
    draft.trigger('void', 'cancelled');
    return draft.done();
  }
  if (wasRequested) return undefined;
  draft.payment.cancelRequested = true;
  return draft.done();
}

function conflict({ payment }: PaymentRecord): PaymentError {
  return new PaymentError('state_conflict', { current_status: payment.status });
}
