import { AMOUNT_MINOR_MAX } from '@tsunagu/kernel';
import type { SealedEnvelope } from '@tsunagu/contracts';
import { isOpen } from '../attempt/attempt-state.js';
import { checkValidity } from '../capture/plan-capture.js';
import { ChangeDraft, type Change } from '../change-draft.js';
import { ruleOf } from '../methods/rule-of-payment.js';
import { checkAsked, PaymentError } from '../payment-error.js';
import type { PaymentRecord } from '../payment-record.js';

/** Whether rule, state and movements under way leave room for an incremental authorization. */
export function isIncreasable(record: PaymentRecord): boolean {
  const { payment, attempts } = record;
  return (
    payment.status === 'authorized' && ruleOf(record).canIncrement && !attempts.some(({ status }) => isOpen(status))
  );
}

/**
 * Ask for more on an authorization that holds (row 12).
 * @throws PaymentError `amount_invalid`, `state_conflict` the state, the brand or the time does not allow it
 * @source payment-features.md §1.3 row 12
 */
export function planIncrease(record: PaymentRecord, amountMinor: number, now: Date): void {
  const { payment } = record;
  checkAsked(amountMinor);
  if (amountMinor > AMOUNT_MINOR_MAX - payment.authorizedMinor) throw new PaymentError('amount_invalid');
  if (!isIncreasable(record)) throw new PaymentError('state_conflict', { current_status: payment.status });
  checkValidity(record, now);
}

/** Open the attempt that asks for more. @throws PaymentError as {@link planIncrease} */
export function startIncrease(
  record: PaymentRecord,
  order: { readonly amountMinor: number; readonly requestId: string; readonly envelope: SealedEnvelope },
  now: Date,
): Change {
  planIncrease(record, order.amountMinor, now);
  const draft = new ChangeDraft(record, now);
  const original = record.attempts.find(({ kind, status }) => kind === 'auth' && status === 'approved');
  if (original === undefined) throw new PaymentError('state_conflict', { current_status: record.payment.status });
  draft.add({ kind: 'increase', ...order, originalAttemptId: original.id });
  return draft.done();
}
