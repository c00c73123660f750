import { AppError } from '@tsunagu/kernel';

/**
 * Where a line stands. Only `READY` takes new work.
 * `SUSPECT`: an echo is missing, answers are still taken. `SIGNED_OFF`: connected, the peer allows no traffic.
 * `DRAINING`: a planned stop waits for the answers that are owed.
 */
export type LineState = 'DOWN' | 'CONNECTING' | 'SIGNING_ON' | 'READY' | 'SUSPECT' | 'SIGNED_OFF' | 'DRAINING';
export type LineEvent = 'dial' | 'connect' | 'signOn' | 'miss' | 'hear' | 'signOff' | 'drain' | 'drop';

/** A key leading back to its own state is a repeat; a missing key is a bug. @source reference/iso8583-1993.md §17.1 */
const TABLE = {
  DOWN: { dial: 'CONNECTING', drop: 'DOWN', drain: 'DOWN' },
  CONNECTING: { connect: 'SIGNING_ON', drop: 'DOWN', drain: 'DRAINING' },
  SIGNING_ON: { signOn: 'READY', signOff: 'SIGNED_OFF', drop: 'DOWN', drain: 'DRAINING' },
  READY: { signOn: 'READY', hear: 'READY', miss: 'SUSPECT', signOff: 'SIGNED_OFF', drop: 'DOWN', drain: 'DRAINING' },
  SUSPECT: { hear: 'READY', signOn: 'READY', miss: 'SUSPECT', signOff: 'SIGNED_OFF', drop: 'DOWN', drain: 'DRAINING' },
  SIGNED_OFF: { signOn: 'READY', signOff: 'SIGNED_OFF', drop: 'DOWN', drain: 'DRAINING' },
  DRAINING: { drain: 'DRAINING', drop: 'DOWN' },
} as const satisfies Record<LineState, Partial<Record<LineEvent, LineState>>>;

class IllegalLineMoveError extends AppError {
  readonly code = 'internal_error';
  readonly category = 'internal';
}

/** @throws IllegalLineMoveError the table has no such move */
export function advanceLine(from: LineState, event: LineEvent): LineState {
  const moves: Partial<Record<LineEvent, LineState>> = TABLE[from];
  const to = moves[event];
  if (to === undefined) throw new IllegalLineMoveError('a line has no such move', { from, event });
  return to;
}
