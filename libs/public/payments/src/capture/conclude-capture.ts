import type { WireOutcome } from '@tsunagu/contracts';
import type { ChangeDraft } from '../change-draft.js';
import { factsOf, loseAttempt, reverseAttempt, tryAgain } from '../outcome/outcome-facts.js';
import type { Attempt } from '../payment-record.js';

type Step = (draft: ChangeDraft, attempt: Attempt, outcome: WireOutcome) => void;

/** Outcome of a capture. Unless it is approved the payment keeps its state. @source payment-features.md §1.3 rows 13, 14 */
export function concludeCapture(draft: ChangeDraft, attempt: Attempt, outcome: WireOutcome): void {
  BY_STATE[outcome.state](draft, attempt, outcome);
}

const BY_STATE: Readonly<Record<WireOutcome['state'], Step>> = {
  approved(draft, attempt, outcome) {
    const { payment } = draft;
    draft.move(attempt, 'approve', { ...factsOf(outcome), approvedMinor: attempt.amountMinor });
    payment.capturePendingMinor -= attempt.amountMinor;
    postCapture(draft, attempt);
    payment.capturedMinor += attempt.amountMinor;
    const restMinor = payment.authorizedMinor - payment.capturedMinor;
    if (attempt.isClosing && restMinor > 0) {
      draft.post({ kind: 'release', amountMinor: restMinor, attemptId: attempt.id });
    }
    draft.trigger(attempt.isClosing || restMinor <= 0 ? 'captureFinal' : 'capturePart');
  },
  declined(draft, attempt, outcome) {
    draft.move(attempt, 'decline', factsOf(outcome));
    fail(draft, attempt);
  },
  not_sent(draft, attempt, outcome) {
    if (attempt.status !== 'sending') draft.move(attempt, 'decline', factsOf(outcome));
    else if (tryAgain(draft, attempt, outcome) !== undefined) return;
    fail(draft, attempt);
  },
  unknown: loseAttempt,
  in_doubt: loseAttempt,
  reversed(draft, attempt, outcome) {
    reverseAttempt(draft, attempt, outcome);
    fail(draft, attempt);
  },
};

/** What was promised becomes money; what goes beyond the promise, by the tolerance of the brand, was never held. */
function postCapture(draft: ChangeDraft, { id: attemptId, amountMinor }: Attempt): void {
  const { authorizedMinor, capturedMinor } = draft.payment;
  const heldMinor = Math.max(0, Math.min(amountMinor, authorizedMinor - capturedMinor));
  if (heldMinor > 0) draft.post({ kind: 'capture', amountMinor: heldMinor, attemptId });
  if (amountMinor > heldMinor) draft.post({ kind: 'overcapture', amountMinor: amountMinor - heldMinor, attemptId });
}

/** Nothing was captured: the reservation ends, and who was told "processing" is told so. */
function fail(draft: ChangeDraft, attempt: Attempt): void {
  draft.payment.capturePendingMinor -= attempt.amountMinor;
  draft.tell('capture.declined');
}
