import { invariant } from '@tsunagu/kernel';
import type { Verdict, WireOutcome } from '@tsunagu/contracts';
import { advanceAttempt } from '../attempt/attempt-state.js';
import type { Change } from '../change-draft.js';
import { decideOutcome } from '../outcome/decide-outcome.js';
import type { Attempt, PaymentRecord } from '../payment-record.js';
import { WRITTEN_OFF } from './written-off.js';

/** Reason of every other attempt that people resolved. */
const RESOLVED = 'resolved';

/** Whether a verdict can be given on an attempt: a void happened or did not, it cannot be reversed itself. */
export function isVerdictFor({ kind, status }: Attempt, verdict: Verdict): boolean {
  return status === 'in_doubt' && !(kind === 'void' && verdict === 'reversed');
}

/**
 * What a ruling of two people means: the same as if the switch had said it, so that counters, books and events go the one way there is.
 * A written-off attempt moves no money here, like a declined one, and stays "nobody knows".
 * @returns undefined when the attempt is not in doubt any more
 */
export function decideResolution(
  record: PaymentRecord,
  ruling: { readonly attemptId: string; readonly verdict: Verdict; readonly now: Date },
): Change | undefined {
  const { attemptId, verdict, now } = ruling;
  const attempt = record.attempts.find(({ id }) => id === attemptId);
  if (attempt === undefined || !isVerdictFor(attempt, verdict)) return undefined;
  const change = decideOutcome(record, { attemptId, outcome: outcomeFor(attempt, verdict), now });
  if (change !== undefined && verdict === WRITTEN_OFF) writeOff(change, attemptId);
  return change;
}

/** A void is told of the attempt that it reversed: its own yes is that the original is reversed. */
function outcomeFor(attempt: Attempt, verdict: Verdict): WireOutcome {
  const said = attempt.kind === 'void' && verdict === 'approved' ? 'reversed' : verdict;
  return {
    attemptId: attempt.id,
    state: said === WRITTEN_OFF ? 'declined' : said,
    actionCode: attempt.actionCode,
    approvalCode: attempt.approvalCode,
    approvedMinor: verdict === 'approved' ? attempt.amountMinor : null,
    emvResponse: null,
    network: attempt.network,
    reason: verdict === WRITTEN_OFF ? WRITTEN_OFF : RESOLVED,
    lateApproval: false,
  };
}

function writeOff(change: Change, attemptId: string): void {
  const moved = change.moved.find(({ attempt }) => attempt.id === attemptId);
  invariant(moved !== undefined, 'a ruling moves its attempt');
  moved.attempt.status = advanceAttempt(moved.from, 'writeOff');
}
