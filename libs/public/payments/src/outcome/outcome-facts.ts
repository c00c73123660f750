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
  if (outcome.reason === 'offer_expired') return undefined; // it would only be refused again: the holder is asked anew
  const tries = triesOf(draft, attempt);
  const ageMs = draft.now.getTime() - Math.min(...tries.map((other) => other.createdAt.getTime()));
  if (tries.length >= ATTEMPTS_MAX || ageMs >= RESEND_DEADLINE_MS || envelope === null) return undefined;
  return draft.add({ ...attempt, envelope, isUrgent: false });
}

/** The unsent attempts of one wish: a payment may have several captures and increases, so only those at the end of their row count. */
function triesOf({ attempts }: ChangeDraft, { kind, refundId }: Attempt): Attempt[] {
  const siblings = attempts.filter((other) => other.kind === kind && other.refundId === refundId);
  return siblings.slice(siblings.findLastIndex(({ status }) => status !== 'not_sent') + 1);
}
