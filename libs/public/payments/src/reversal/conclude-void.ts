import type { WireOutcome } from '@tsunagu/contracts';
import type { ChangeDraft } from '../change-draft.js';
import { voidForeign } from '../conversion/refund-foreign.js';
import { bookCharge } from '../outcome/conclude-charge.js';
import { factsOf, loseAttempt } from '../outcome/outcome-facts.js';
import { ruleOf } from '../methods/rule-of-payment.js';
import type { Attempt } from '../payment-record.js';
import { holdsOf, orderVoidOfHold } from './order-void.js';

/** The switch's word for an original that stands because its counterpart refused the cancel. */
const CANCEL_REFUSED = 'cancel_refused';

/**
 * Outcome of a reversal of an approved attempt; the switch speaks of the original.
 * @source payment-features.md §1.3 rows 15, 18, 26, 27
 */
export function concludeVoid(draft: ChangeDraft, attempt: Attempt, outcome: WireOutcome): void {
  if (outcome.state === 'reversed') return acknowledge(draft, attempt, outcome);
  const isRefused = outcome.state === 'approved' && outcome.reason === CANCEL_REFUSED;
  if (outcome.state === 'declined' || isRefused) return refuse(draft, attempt, outcome);
  // `approved` or `not_sent` of an approved original says nothing about the reversal: keep asking.
  if (attempt.status === 'sending' || outcome.state === 'in_doubt') becomeUnknown(draft, attempt, outcome);
}

function becomeUnknown(draft: ChangeDraft, attempt: Attempt, outcome: WireOutcome): void {
  loseAttempt(draft, attempt, outcome);
  const refund = draft.refund(attempt.refundId);
  if (refund !== undefined && refund.status !== 'unknown') {
    refund.status = 'unknown';
    draft.saveRefund(refund);
  }
}

function acknowledge(draft: ChangeDraft, attempt: Attempt, outcome: WireOutcome): void {
  const { payment } = draft;
  const original = draft.attempt(attempt.originalAttemptId);
  draft.move(attempt, 'approve', factsOf(outcome));
  draft.move(original, 'confirmReversal', { reason: 'reversed' });
  draft.tell('reversal.acknowledged');
  if (payment.status === 'processing' || payment.status === 'unknown') draft.trigger('decline', 'reversed');
  else if (original.kind === 'sale' || original.kind === 'capture') giveBack(draft, attempt, original);
  else if (payment.status === 'authorized') letGo(draft, attempt);
  else if (payment.status === 'captured') draft.trigger('void'); // the last step of a cancelled capture
}

/** A part of the hold is gone; the last part takes the payment with it. */
function letGo(draft: ChangeDraft, attempt: Attempt): void {
  draft.post({ kind: 'release', amountMinor: attempt.amountMinor, attemptId: attempt.id });
  if (holdsOf(draft.attempts).length > 0) {
    draft.payment.authorizedMinor -= attempt.amountMinor;
    return;
  }
  // Nothing is left of it: the payment and its slip say again how much was cancelled, not what its last part was.
  draft.payment.authorizedMinor = cancelledMinor(draft.attempts);
  draft.trigger('void', attempt.order === 'system' ? 'reversed' : null);
}

function cancelledMinor(attempts: readonly Attempt[]): number {
  const voids = attempts.filter(({ kind, status }) => kind === 'void' && status === 'approved');
  return voids.reduce((sum, { amountMinor }) => sum + amountMinor, 0);
}

/** Captured money went back. Where the brand opens the authorization again, that is reversed too: a cancelled payment holds nothing. */
function giveBack(draft: ChangeDraft, attempt: Attempt, original: Attempt): void {
  const { payment } = draft;
  payment.refundPendingMinor -= attempt.amountMinor;
  payment.refundedMinor += attempt.amountMinor;
  voidForeign(draft);
  draft.post({ kind: 'void', amountMinor: attempt.amountMinor, attemptId: attempt.id });
  endRefund(draft, attempt, 'approved');
  const isHeldAgain = original.kind === 'capture' && ruleOf(draft).reopensAfterCaptureCancel;
  if (isHeldAgain && holdsOf(draft.attempts).length > 0) orderVoidOfHold(draft, 'system');
  else draft.trigger('void', attempt.order === 'system' ? 'reversed' : null);
}

/** The issuer stands by its approval: the money question is answered, the other way round. */
function refuse(draft: ChangeDraft, attempt: Attempt, outcome: WireOutcome): void {
  const { payment } = draft;
  const original = draft.attempt(attempt.originalAttemptId);
  draft.move(attempt, 'decline', factsOf(outcome));
  payment.cancelRequested = false;
  if (payment.status === 'processing' || payment.status === 'unknown') return bookCharge(draft, original);
  if (payment.status === 'captured' && original.kind === 'auth') return draft.trigger('void', 'hold_remains');
  if (payment.status === 'captured') payment.refundPendingMinor -= attempt.amountMinor;
  if (attempt.refundId === null) draft.tell('cancel.declined');
  else endRefund(draft, attempt, 'declined');
}

function endRefund(draft: ChangeDraft, attempt: Attempt, status: 'approved' | 'declined'): void {
  const refund = draft.refund(attempt.refundId);
  if (refund === undefined) return;
  refund.status = status;
  draft.saveRefund(refund);
  draft.tell(`refund.${status}`);
}
