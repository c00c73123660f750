import type { WireOutcome } from '@tsunagu/contracts';
import type { ChangeDraft } from '../change-draft.js';
import { ruleOf } from '../methods/rule-of-payment.js';
import type { Attempt } from '../payment-record.js';
import { pinQuestion } from '../presentment/ask-for-pin.js';
import { PIN_REQUIRED } from '../presentment/continue-payment.js';
import { noteAnswer } from '../presentment/note-answer.js';
import { orderVoid } from '../reversal/order-void.js';
import { factsOf, loseAttempt, reverseAttempt, tryAgain } from './outcome-facts.js';

/** Outcome of the first movement: an authorization or a sale. @source payment-features.md §1.3 rows 3–5, 9–11, 24, 26 */
export function concludeCharge(draft: ChangeDraft, attempt: Attempt, outcome: WireOutcome): void {
  BY_STATE[outcome.state](draft, attempt, outcome);
}

const DAY_MS = 24 * 3_600_000;

type Step = (draft: ChangeDraft, attempt: Attempt, outcome: WireOutcome) => void;

const BY_STATE: Readonly<Record<WireOutcome['state'], Step>> = {
  approved(draft, attempt, outcome) {
    draft.move(attempt, 'approve', { ...factsOf(outcome), approvedMinor: approvedMinorOf(attempt, outcome) });
    showAnswer(draft, outcome);
    // Somebody gave up while the answer was on its way: this yes is not used, it is reversed.
    if (draft.payment.cancelRequested) orderVoid(draft, attempt, 'customer_cancellation');
    else bookCharge(draft, attempt);
  },
  declined(draft, attempt, outcome) {
    const wasUnknown = draft.payment.status === 'unknown';
    const question = pinQuestion(draft, attempt, outcome);
    const reason = question === undefined ? outcome.reason : PIN_REQUIRED;
    draft.move(attempt, 'decline', { ...factsOf(outcome), reason });
    showAnswer(draft, outcome);
    if (question !== undefined) return draft.requireAction(question.action, question.held);
    draft.trigger('decline', outcome.reason ?? (wasUnknown ? 'not_processed' : null));
  },
  not_sent(draft, attempt, outcome) {
    if (draft.payment.status === 'unknown') {
      draft.move(attempt, 'decline', { ...factsOf(outcome), reason: 'not_processed' });
      draft.trigger('decline', 'not_processed');
      return;
    }
    const isGivenUp = draft.payment.cancelRequested;
    if (isGivenUp) draft.move(attempt, 'proveUnsent', factsOf(outcome));
    else if (tryAgain(draft, attempt, outcome) !== undefined) return;
    draft.trigger('decline', 'not_sent');
  },
  unknown: becomeUnknown,
  in_doubt: becomeUnknown,
  reversed(draft, attempt, outcome) {
    reverseAttempt(draft, attempt, outcome);
    draft.trigger('decline', 'reversed');
  },
};

function becomeUnknown(draft: ChangeDraft, attempt: Attempt, outcome: WireOutcome): void {
  if (draft.payment.status === 'processing') draft.trigger('lose', outcome.reason);
  loseAttempt(draft, attempt, outcome);
}

/** Write an approved charge into counters and books. */
export function bookCharge(draft: ChangeDraft, attempt: Attempt): void {
  const { payment } = draft;
  const amountMinor = attempt.approvedMinor ?? attempt.amountMinor;
  payment.authorizedMinor = amountMinor;
  if (payment.kind === 'sale') payment.capturedMinor = amountMinor;
  else limitCaptures(draft);
  draft.post({ kind: payment.kind === 'sale' ? 'sale' : 'authorize', amountMinor, attemptId: attempt.id });
  draft.trigger(payment.kind === 'sale' ? 'approveSale' : 'approveAuth');
}

/** What the rule of its method allows with an authorization is kept with it: later versions of the table change nothing. */
function limitCaptures(draft: ChangeDraft): void {
  const rule = ruleOf(draft);
  draft.payment.captureTolerancePercent = rule.captureTolerancePercent;
  draft.payment.expiresAt = new Date(draft.now.getTime() + rule.validityDays * DAY_MS);
}

/** A partial approval approves less, never more and never nothing. */
function approvedMinorOf(attempt: Attempt, outcome: WireOutcome): number {
  const amountMinor = outcome.approvedMinor ?? attempt.amountMinor;
  return amountMinor > 0 && amountMinor < attempt.amountMinor ? amountMinor : attempt.amountMinor;
}

function showAnswer({ payment }: ChangeDraft, outcome: WireOutcome): void {
  payment.actionCode = outcome.actionCode;
  payment.approvalCode = outcome.approvalCode;
  payment.emvResponse = outcome.emvResponse;
  payment.presentment = noteAnswer(payment.presentment, outcome);
}
