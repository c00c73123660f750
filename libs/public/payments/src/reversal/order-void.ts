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

/** Whether this attempt is a void whose end is not known yet. */
export function isOpenVoid(attempt: Attempt): boolean {
  return attempt.kind === 'void' && isOpen(attempt.status);
}
