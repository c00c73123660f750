import { isOpen } from '../attempt/attempt-state.js';
import { ChangeDraft, type Change } from '../change-draft.js';
import { PaymentError } from '../payment-error.js';
import type { PaymentRecord } from '../payment-record.js';

/** Whether the rest of the authorization can be given up: a part was captured and nothing is under way. */
export function isReleasable({ payment, attempts }: PaymentRecord): boolean {
  return payment.status === 'partially_captured' && !attempts.some(({ status }) => isOpen(status));
}

/**
 * Give up what is left of an authorization (row 16). Nothing is sent: the issuer drops the rest by itself after the captures it has.
 * @throws PaymentError `state_conflict`
 * @source payment-features.md §1.3 row 16
 */
export function startRelease(record: PaymentRecord, now: Date, reason: string | null = null): Change {
  if (!isReleasable(record)) throw new PaymentError('state_conflict', { current_status: record.payment.status });
  const draft = new ChangeDraft(record, now);
  const original = draft.attempts.find(({ kind, status }) => kind === 'auth' && status === 'approved');
  const restMinor = draft.payment.authorizedMinor - draft.payment.capturedMinor;
  if (restMinor > 0 && original !== undefined)
    draft.post({ kind: 'release', amountMinor: restMinor, attemptId: original.id });
  draft.trigger('release', reason);
  return draft.done();
}
