import type { ChangeDraft } from '../change-draft.js';
import { isOpen } from '../attempt/attempt-state.js';
import type { Attempt } from '../payment-record.js';

/** Open the child attempt that reverses an approved one. One original has at most one reversal. */
export function orderVoid(
  draft: ChangeDraft,
  original: Attempt,
  order: NonNullable<Attempt['order']>,
  refundId: string | null = null,
): Attempt {
  const open = draft.attempts.find((other) => other.originalAttemptId === original.id && isOpenVoid(other));
  if (open !== undefined) return open;
  return draft.add({
    kind: 'void',
    amountMinor: original.approvedMinor ?? original.amountMinor,
    requestId: original.requestId,
    originalAttemptId: original.id,
    refundId,
    order,
  });
}

/** Reverse everything that holds a part of the authorization: itself, and each increase, which the issuer knows by a name of its own. */
export function orderVoidOfHold(draft: ChangeDraft, order: NonNullable<Attempt['order']>): void {
  for (const hold of holdsOf(draft.attempts)) orderVoid(draft, hold, order);
}

/** Attempts that hold a part of the cardholder's line at this moment, oldest first. */
export function holdsOf(attempts: readonly Attempt[]): Attempt[] {
  return attempts.filter(({ kind, status }) => (kind === 'auth' || kind === 'increase') && status === 'approved');
}

/** Whether this attempt is a void whose end is not known yet. */
export function isOpenVoid(attempt: Attempt): boolean {
  return attempt.kind === 'void' && isOpen(attempt.status);
}
