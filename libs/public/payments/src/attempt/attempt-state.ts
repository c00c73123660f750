import type { AttemptStatus } from '../payment-api.js';
import { IllegalTransitionError } from '../payment-error.js';

/** What can happen to an attempt. */
export type AttemptEvent =
  | 'send'
  | 'abandon'
  | 'storeOffline'
  | 'approve'
  | 'decline'
  | 'lose'
  | 'proveUnsent'
  | 'confirmReversal'
  | 'lateYes'
  | 'giveUp'
  | 'writeOff'
  | 'expire';

/**
 * Every legal move of an attempt. A key that leads back to its own state is a repeat we accept; a missing key is
 * forbidden.
 * @source payment-features.md §1.2
 */
export const ATTEMPT_TABLE: Readonly<Record<AttemptStatus, Partial<Record<AttemptEvent, AttemptStatus>>>> = {
  created: { send: 'sending', abandon: 'abandoned', storeOffline: 'stored_offline' },
  sending: { send: 'sending', approve: 'approved', decline: 'declined', lose: 'sent_unknown', proveUnsent: 'not_sent' },
  not_sent: { proveUnsent: 'not_sent' }, // not one byte left: a new attempt is safe
  approved: { approve: 'approved', confirmReversal: 'reversed' },
  declined: { decline: 'declined' },
  // approve: proved before a reversal was decided; a yes after that is lateYes, and is reversed
  sent_unknown: {
    lose: 'sent_unknown',
    lateYes: 'sent_unknown',
    approve: 'approved',
    decline: 'declined',
    confirmReversal: 'reversed',
    giveUp: 'in_doubt',
  },
  in_doubt: {
    giveUp: 'in_doubt',
    lose: 'in_doubt',
    lateYes: 'in_doubt',
    approve: 'approved',
    decline: 'declined',
    confirmReversal: 'reversed',
    writeOff: 'written_off',
  },
  reversed: { confirmReversal: 'reversed', lateYes: 'reversed' },
  stored_offline: { approve: 'approved', decline: 'declined_after_goods', expire: 'expired', abandon: 'abandoned' },
  declined_after_goods: { decline: 'declined_after_goods' },
  expired: { expire: 'expired' },
  written_off: { writeOff: 'written_off' },
  abandoned: { abandon: 'abandoned' },
};

const OPEN: ReadonlySet<AttemptStatus> = new Set(['created', 'sending', 'sent_unknown', 'in_doubt', 'stored_offline']);
const UNKNOWN: ReadonlySet<AttemptStatus> = new Set(['sent_unknown', 'in_doubt']);

/** @throws IllegalTransitionError the table has no such move */
export function advanceAttempt(from: AttemptStatus, event: AttemptEvent): AttemptStatus {
  const to = ATTEMPT_TABLE[from][event];
  if (to === undefined) throw new IllegalTransitionError(from, event);
  return to;
}

/** Whether the attempt still waits for something: money may move, or may have moved. */
export function isOpen(status: AttemptStatus): boolean {
  return OPEN.has(status);
}

/** Whether money may have moved and nobody knows. */
export function isUnknown(status: AttemptStatus): boolean {
  return UNKNOWN.has(status);
}

/** Whether the row still needs its sealed card: only until the switch has taken the request over. */
export function needsEnvelope(status: AttemptStatus): boolean {
  return status === 'created' || status === 'sending' || status === 'stored_offline';
}
