import type { WireOutcome } from '@tsunagu/contracts';
import type { ChangeDraft } from '../change-draft.js';
import { factsOf, loseAttempt, reverseAttempt, tryAgain } from '../outcome/outcome-facts.js';
import type { Attempt } from '../payment-record.js';

type Step = (draft: ChangeDraft, attempt: Attempt, outcome: WireOutcome) => void;

/** Outcome of an incremental authorization. Unless it is approved the payment stays as it is. @source payment-features.md §1.3 row 12 */
export function concludeIncrease(draft: ChangeDraft, attempt: Attempt, outcome: WireOutcome): void {
  BY_STATE[outcome.state](draft, attempt, outcome);
}

const BY_STATE: Readonly<Record<WireOutcome['state'], Step>> = {
  approved(draft, attempt, outcome) {
    const amountMinor = outcome.approvedMinor ?? attempt.amountMinor;
    draft.move(attempt, 'approve', { ...factsOf(outcome), approvedMinor: amountMinor });
    draft.payment.authorizedMinor += amountMinor;
    draft.post({ kind: 'authorize', amountMinor, attemptId: attempt.id });
    draft.trigger('increase');
  },
  declined(draft, attempt, outcome) {
    draft.move(attempt, 'decline', factsOf(outcome));
    tellFailure(draft);
  },
  not_sent(draft, attempt, outcome) {
    if (attempt.status !== 'sending') draft.move(attempt, 'decline', factsOf(outcome));
    else if (tryAgain(draft, attempt, outcome) !== undefined) return;
    tellFailure(draft);
  },
  unknown: loseAttempt,
  in_doubt: loseAttempt,
  reversed(draft, attempt, outcome) {
    reverseAttempt(draft, attempt, outcome);
    tellFailure(draft);
  },
};

function tellFailure(draft: ChangeDraft): void {
  draft.tell('increase.declined');
}
