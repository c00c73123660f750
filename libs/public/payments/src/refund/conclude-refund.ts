import { invariant } from '@tsunagu/kernel';
import type { WireOutcome } from '@tsunagu/contracts';
import type { ChangeDraft } from '../change-draft.js';
import { freeForeign } from '../conversion/refund-foreign.js';
import { factsOf, loseAttempt, reverseAttempt, tryAgain } from '../outcome/outcome-facts.js';
import type { Attempt, Refund } from '../payment-record.js';

type Step = (draft: ChangeDraft, attempt: Attempt, outcome: WireOutcome) => void;

/** Outcome of a return (返品). While it is unknown the amount stays reserved. @source payment-features.md §1.3 row 19 */
export function concludeRefund(draft: ChangeDraft, attempt: Attempt, outcome: WireOutcome): void {
  BY_STATE[outcome.state](draft, attempt, outcome);
}

const BY_STATE: Readonly<Record<WireOutcome['state'], Step>> = {
  approved(draft, attempt, outcome) {
    const { payment } = draft;
    draft.move(attempt, 'approve', { ...factsOf(outcome), approvedMinor: attempt.amountMinor });
    payment.refundPendingMinor -= attempt.amountMinor;
    payment.refundedMinor += attempt.amountMinor;
    draft.post({ kind: 'refund', amountMinor: attempt.amountMinor, attemptId: attempt.id });
    setRefund(draft, attempt, 'approved');
    draft.tell('refund.approved');
    draft.trigger(payment.refundedMinor === payment.capturedMinor ? 'refundFull' : 'refundPart');
  },
  declined(draft, attempt, outcome) {
    draft.move(attempt, 'decline', factsOf(outcome));
    fail(draft, attempt);
  },
  not_sent(draft, attempt, outcome) {
    if (attempt.status !== 'sending') draft.move(attempt, 'decline', factsOf(outcome));
    else {
      const fresh = tryAgain(draft, attempt, outcome);
      if (fresh !== undefined) {
        refundOf(draft, attempt).attemptId = fresh.id;
        return setRefund(draft, attempt, 'processing');
      }
    }
    fail(draft, attempt);
  },
  unknown: becomeUnknown,
  in_doubt: becomeUnknown,
  reversed(draft, attempt, outcome) {
    reverseAttempt(draft, attempt, outcome);
    fail(draft, attempt);
  },
};

function becomeUnknown(draft: ChangeDraft, attempt: Attempt, outcome: WireOutcome): void {
  loseAttempt(draft, attempt, outcome);
  setRefund(draft, attempt, 'unknown');
}

/** No money went back: the reservation ends and the refund says so. */
function fail(draft: ChangeDraft, attempt: Attempt): void {
  draft.payment.refundPendingMinor -= attempt.amountMinor;
  freeForeign(draft, attempt);
  setRefund(draft, attempt, 'declined');
  draft.tell('refund.declined');
}

function setRefund(draft: ChangeDraft, attempt: Attempt, status: Refund['status']): void {
  const refund = refundOf(draft, attempt);
  refund.status = status;
  draft.saveRefund(refund);
}

function refundOf(draft: ChangeDraft, attempt: Attempt): Refund {
  const refund = draft.refund(attempt.refundId);
  invariant(refund !== undefined, 'a refund attempt belongs to a refund');
  return refund;
}
