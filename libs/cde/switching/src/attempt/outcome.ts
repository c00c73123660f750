import type { WireOutcome } from '@tsunagu/contracts';
import type { JournalRecord } from '../journal/journal.js';
import { listedActionCode } from '../negative-list/negative-list.js';
import type { JournalState } from './journal-state.js';

/** What each journal state says to the gateway. `sending` is `unknown` to anybody who is not waiting for its answer. */
const OUTCOME_STATE: Readonly<Record<JournalState, WireOutcome['state']>> = {
  sending: 'unknown',
  not_sent: 'not_sent',
  approved: 'approved',
  declined: 'declined',
  sent_unknown: 'unknown',
  reversing: 'unknown',
  reversed: 'reversed',
  in_doubt: 'in_doubt',
  burned: 'not_sent',
};

export const RETRY_LIMIT = 'retry_limit';

const CANCEL_REFUSED = 'cancel_refused';

/** Reason of an approval whose cancel the counterpart refused: the word, and its action code. */
export function refusedCancel(actionCode: string): string {
  return `${CANCEL_REFUSED}:${actionCode}`;
}

export function wasCancelRefused(reason: string | null): boolean {
  return reason?.startsWith(CANCEL_REFUSED) === true;
}

/** The journal row in the words of the contract. */
export function outcomeOf(record: JournalRecord): WireOutcome {
  const listed = listedActionCode(record.reason) ?? refusalCode(record.reason);
  return {
    attemptId: record.attemptId,
    state: isHeldBack(record) ? 'declined' : OUTCOME_STATE[record.state],
    actionCode: listed ?? record.actionCode,
    approvalCode: record.approvalCode,
    approvedMinor: record.approvedMinor,
    emvResponse: record.emvResponse,
    network: networkOf(record),
    reason: wasCancelRefused(record.reason) ? CANCEL_REFUSED : record.reason,
    lateApproval: record.isLateApproval,
  };
}

/** Proved unsent, and asking again would be refused again: for the gateway that is a no. */
function isHeldBack({ reason }: JournalRecord): boolean {
  return reason === RETRY_LIMIT || listedActionCode(reason) !== undefined;
}

function refusalCode(reason: string | null): string | undefined {
  return wasCancelRefused(reason) ? reason?.slice(CANCEL_REFUSED.length + 1) : undefined;
}

/** Who said more than an action code: its domestic code outranks it, because that is what its clerks read on other terminals. */
function networkOf(record: JournalRecord): WireOutcome['network'] {
  const { wire, actionCode, issuerMessage: message = null, domesticCode = null } = record;
  if (wire === null) return null;
  const names = { link: wire.link, rrn: wire.rrn, stan: wire.stan, localTime: wire.localTime };
  if (actionCode === null) return names;
  if (domesticCode !== null) return { ...names, answer: { source: 'domestic', code: domesticCode, message } };
  return message === null ? names : { ...names, answer: { source: 'iso8583_1993', code: actionCode, message } };
}

/** A row that was just inserted, as a record without an answer. */
export function freshRecord(entry: Omit<JournalRecord, keyof typeof NO_ANSWER>): JournalRecord {
  return { ...entry, ...NO_ANSWER };
}

const NO_ANSWER = {
  actionCode: null,
  approvalCode: null,
  approvedMinor: null,
  emvResponse: null,
  isLateApproval: false,
  businessDate: null,
  reversalDate: null,
  isPresumed: false,
} as const;
