import { AppError } from '@tsunagu/kernel';

/**
 * What the switch knows of an attempt.
 * `sending` committed before the first byte · `not_sent` not one byte left · `sent_unknown` it may have happened, a reversal (or the
 * repeat of an advice) is under way · `reversing` approved, and its reversal decided · `in_doubt` people decide · `burned` reversed
 * before it was ever seen: it will not be sent.
 */
export type JournalState =
  'sending' | 'not_sent' | 'approved' | 'declined' | 'sent_unknown' | 'reversing' | 'reversed' | 'in_doubt' | 'burned';

/** Older than any request can be while its process still works on it: reply timer, queue, and the wait for a database. */
export const STALE_AFTER_MS = 120_000;

export type JournalEvent =
  | 'approve'
  | 'decline'
  | 'lose'
  | 'proveUnsent'
  | 'decideReversal'
  | 'lateYes'
  | 'confirmReversal'
  | 'refuseReversal'
  | 'giveUp';

/** A key leading back to its own state is a repeat we accept; a missing key is forbidden. Nothing is sent twice. */
const TABLE = {
  // decideReversal while sending: the answer is still owed, so whatever it says comes too late
  sending: {
    approve: 'approved',
    decline: 'declined',
    lose: 'sent_unknown',
    proveUnsent: 'not_sent',
    decideReversal: 'sent_unknown',
    lateYes: 'sending', // its timer has just run out and the loss is being written
  },
  not_sent: {},
  approved: { decideReversal: 'reversing' },
  declined: {},
  // approve and decline: the answer to an advice, which is repeated and never reversed by itself
  sent_unknown: {
    approve: 'approved',
    decline: 'declined',
    decideReversal: 'sent_unknown',
    lateYes: 'sent_unknown',
    confirmReversal: 'reversed',
    giveUp: 'in_doubt',
  },
  // refuseReversal: the counterpart decided against a customer's cancel, so its approval stands
  reversing: {
    decideReversal: 'reversing',
    lateYes: 'reversing',
    confirmReversal: 'reversed',
    refuseReversal: 'approved',
    giveUp: 'in_doubt',
  },
  in_doubt: { lateYes: 'in_doubt', confirmReversal: 'reversed', giveUp: 'in_doubt' },
  // a yes after the end is recorded, and reversed once more when the peer had said "no original"
  reversed: { lateYes: 'reversed', confirmReversal: 'reversed' },
  burned: {},
} as const satisfies Record<JournalState, Partial<Record<JournalEvent, JournalState>>>;

export class IllegalJournalMoveError extends AppError {
  readonly code = 'state_conflict';
  readonly category = 'conflict';

  constructor(from: JournalState, event: JournalEvent) {
    super('the journal has no such move', { from, event });
  }
}

/** @throws IllegalJournalMoveError the table has no such move */
export function advance(from: JournalState, event: JournalEvent): JournalState {
  const moves: Partial<Record<JournalEvent, JournalState>> = TABLE[from];
  const to = moves[event];
  if (to === undefined) throw new IllegalJournalMoveError(from, event);
  return to;
}

/** Whether an attempt in this state can take the event. */
export function allows(from: JournalState, event: JournalEvent): boolean {
  return event in TABLE[from];
}

/** States that can take the event, for compare-and-set statements. */
export function sourcesOf(event: JournalEvent): JournalState[] {
  return (Object.keys(TABLE) as JournalState[]).filter((state) => allows(state, event));
}
