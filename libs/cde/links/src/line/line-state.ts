import { AppError } from '@tsunagu/kernel';

/**
 * Where a connection stands, and a link as its best connection. Only `READY` takes new work.
 * `SUSPECT`: an echo is missing, answers are still taken. `SIGNED_OFF`: connected, no traffic allowed.
 * `DRAINING`: a planned end waits for the answers that are owed.
 */
export type LineState =
  'DOWN' | 'CONNECTING' | 'CONNECTED' | 'SIGNING_ON' | 'READY' | 'SUSPECT' | 'SIGNED_OFF' | 'DRAINING';
export type LineEvent = 'dial' | 'connect' | 'askSignOn' | 'signOn' | 'miss' | 'hear' | 'signOff' | 'drain' | 'drop';

/** A key leading back to its own state is a repeat; a missing key is a bug. @source reference/iso8583-1993.md §17.1 */
const TABLE = {
  DOWN: { dial: 'CONNECTING', drop: 'DOWN', drain: 'DOWN' },
  CONNECTING: { connect: 'CONNECTED', drop: 'DOWN', drain: 'DRAINING' },
  CONNECTED: { askSignOn: 'SIGNING_ON', signOff: 'SIGNED_OFF', drop: 'DOWN', drain: 'DRAINING' },
  SIGNING_ON: {
    askSignOn: 'SIGNING_ON',
    signOn: 'READY',
    signOff: 'SIGNED_OFF',
    drop: 'DOWN',
    drain: 'DRAINING',
  },
  READY: { signOn: 'READY', hear: 'READY', miss: 'SUSPECT', signOff: 'SIGNED_OFF', drop: 'DOWN', drain: 'DRAINING' },
  SUSPECT: { hear: 'READY', signOn: 'READY', miss: 'SUSPECT', signOff: 'SIGNED_OFF', drop: 'DOWN', drain: 'DRAINING' },
  SIGNED_OFF: {
    askSignOn: 'SIGNED_OFF',
    signOn: 'READY',
    signOff: 'SIGNED_OFF',
    drop: 'DOWN',
    drain: 'DRAINING',
  },
  DRAINING: { drain: 'DRAINING', drop: 'DOWN' },
} as const satisfies Record<LineState, Partial<Record<LineEvent, LineState>>>;

/** From the worst to the best: a link is where its best connection is. */
const RANK: readonly LineState[] = [
  'DOWN',
  'DRAINING',
  'CONNECTING',
  'CONNECTED',
  'SIGNING_ON',
  'SIGNED_OFF',
  'SUSPECT',
  'READY',
];

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

/** @returns whether the table has the move */
export function mayMove(from: LineState, event: LineEvent): boolean {
  return event in TABLE[from];
}

export function bestState(states: readonly LineState[]): LineState {
  return states.reduce((best, state) => (RANK.indexOf(state) > RANK.indexOf(best) ? state : best), 'DOWN');
}
