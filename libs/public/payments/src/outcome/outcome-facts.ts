import type { WireOutcome } from '@tsunagu/contracts';
import { ATTEMPTS_MAX, RESEND_DEADLINE_MS } from '../attempt/attempt-timers.js';
import type { ChangeDraft } from '../change-draft.js';
import type { Attempt } from '../payment-record.js';

/** What an attempt remembers of an answer. */
export function factsOf(outcome: WireOutcome): Partial<Attempt> {
  return {
    actionCode: outcome.actionCode,
    approvalCode: outcome.approvalCode,
    approvedMinor: outcome.approvedMinor,
    network: outcome.network,
    reason: outcome.reason,
  };
}

/** The attempt's outcome is open: the switch repairs it and is asked again. */
export function loseAttempt(draft: ChangeDraft, attempt: Attempt, outcome: WireOutcome): void {
  draft.move(attempt, 'lose', factsOf(outcome));
  if (outcome.state !== 'in_doubt') return;
  draft.move(attempt, 'giveUp');
  draft.tell('attempt.in_doubt');
}

/** A reversal was acknowledged. An attempt that was never seen as unknown passes through that state here. */
export function reverseAttempt(draft: ChangeDraft, attempt: Attempt, outcome: WireOutcome): void {
  const facts = { ...factsOf(outcome), reason: outcome.reason ?? 'reversed' };
  if (attempt.status === 'sending') draft.move(attempt, 'lose');
  draft.move(attempt, 'confirmReversal', facts);
}

/**
 * Nothing left the house: open a fresh attempt with the same envelope, while budget and deadline allow.
 * @returns the fresh attempt, or undefined when it is time to give up
 */
export function tryAgain(draft: ChangeDraft, attempt: Attempt, outcome: WireOutcome): Attempt | undefined {
  const { envelope } = attempt;
  draft.move(attempt, 'proveUnsent', factsOf(outcome));
  const siblings = draft.attempts.filter((other) => other.kind === attempt.kind && other.refundId === attempt.refundId);
  const ageMs = draft.now.getTime() - Math.min(...siblings.map((other) => other.createdAt.getTime()));
  const unsentMax = attempt.kind === 'capture' ? countUnsentTail(siblings) : siblings.length;
  if (unsentMax >= ATTEMPTS_MAX || ageMs >= RESEND_DEADLINE_MS || envelope === null) return undefined;
  return draft.add({ ...attempt, envelope, isUrgent: false });
}

/** A payment may have several captures: only the unsent ones in a row are tries of this one. */
function countUnsentTail(siblings: readonly Attempt[]): number {
  const lastSent = siblings.findLastIndex((other) => other.status !== 'not_sent');
  return siblings.length - 1 - lastSent;
}
