import type { WireOutcome } from '@tsunagu/contracts';
import { isOpen } from '../attempt/attempt-state.js';
import { ChangeDraft, type Change } from '../change-draft.js';
import type { AttemptStatus } from '../payment-api.js';
import type { Attempt, PaymentRecord } from '../payment-record.js';
import { concludeCapture } from '../capture/conclude-capture.js';
import { concludeIncrease } from '../increase/conclude-increase.js';
import { concludeRefund } from '../refund/conclude-refund.js';
import { concludeVoid } from '../reversal/conclude-void.js';
import { concludeCharge } from './conclude-charge.js';

/** Writes what an outcome means for one kind of attempt into the draft. */
export type Conclude = (draft: ChangeDraft, attempt: Attempt, outcome: WireOutcome) => void;

const BY_KIND: Readonly<Record<Attempt['kind'], Conclude>> = {
  auth: concludeCharge,
  sale: concludeCharge,
  increase: concludeIncrease,
  capture: concludeCapture,
  refund: concludeRefund,
  void: concludeVoid,
};

/**
 * Apply what the switch knows to a payment.
 * @param outcome of the attempt; for a void, of the attempt that it reverses
 * @returns undefined when there is nothing to change: a repeat, or an answer for an attempt that has ended
 * @throws IllegalTransitionError the tables have no such move
 */
export function decideOutcome(
  record: PaymentRecord,
  answer: { readonly attemptId: string; readonly outcome: WireOutcome; readonly now: Date },
): Change | undefined {
  const draft = new ChangeDraft(record, answer.now);
  const attempt = draft.attempt(answer.attemptId);
  if (!isOpen(attempt.status) || attempt.status === 'created') return undefined;
  if (isRepeat(attempt, answer.outcome)) return undefined;
  BY_KIND[attempt.kind](draft, attempt, answer.outcome);
  const change = draft.done();
  return change.moved.length === 0 ? undefined : change;
}

/** What an attempt that has ended was told, by its status; a void is told of the attempt that it reversed. */
const TOLD: Readonly<Partial<Record<AttemptStatus, readonly WireOutcome['state'][]>>> = {
  approved: ['approved'],
  declined: ['declined', 'not_sent'],
  not_sent: ['not_sent'],
  reversed: ['reversed'],
};

/** Whether this outcome contradicts what the attempt ended with. It changes nothing, but somebody should know. */
export function isStale(record: PaymentRecord, attemptId: string, { state }: WireOutcome): boolean {
  const attempt = record.attempts.find(({ id }) => id === attemptId);
  if (attempt === undefined || isOpen(attempt.status)) return false;
  if (attempt.kind === 'void' && attempt.status === 'approved') return state !== 'reversed';
  return TOLD[attempt.status]?.includes(state) !== true;
}

function isRepeat(attempt: Attempt, outcome: WireOutcome): boolean {
  if (attempt.status === 'sent_unknown') return outcome.state === 'unknown';
  return attempt.status === 'in_doubt' && (outcome.state === 'unknown' || outcome.state === 'in_doubt');
}
