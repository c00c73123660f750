import { AppError } from '@tsunagu/kernel';

/**
 * Life of a key. `pending` works for nothing until two custodians agree, `active` for all of its usage, `decrypt-only` for what
 * was made before, `retired` for nothing, `destroyed` is gone for ever and stays in the inventory.
 */
export type KeyState = 'pending' | 'active' | 'decrypt-only' | 'retired' | 'destroyed';

/** What moves a key. `revoke` is for a key that is lost or no longer trusted; `expire` for one that was born with its end. */
export type KeyMove = 'activate' | 'close' | 'retire' | 'revoke' | 'destroy' | 'expire';

/** A move leading back to its own state is a repeat we accept; a missing move is forbidden. A key never goes back. */
const TABLE = {
  pending: { activate: 'active', destroy: 'destroyed', expire: 'destroyed' },
  active: { activate: 'active', close: 'decrypt-only', revoke: 'retired', expire: 'destroyed' },
  'decrypt-only': { close: 'decrypt-only', retire: 'retired', revoke: 'retired', expire: 'destroyed' },
  retired: { retire: 'retired', revoke: 'retired', destroy: 'destroyed', expire: 'destroyed' },
  destroyed: { destroy: 'destroyed', expire: 'destroyed' },
} as const satisfies Record<KeyState, Partial<Record<KeyMove, KeyState>>>;

/** The table has no such move. */
export class KeyMoveError extends AppError {
  readonly code = 'state_conflict';
  readonly category = 'conflict';

  constructor(from: KeyState, move: KeyMove) {
    super(`a key that is ${from} cannot ${move}`, { from, move });
  }
}

/** @throws KeyMoveError the table has no such move */
export function advanceKey(from: KeyState, move: KeyMove): KeyState {
  const moves: Partial<Record<KeyMove, KeyState>> = TABLE[from];
  const to = moves[move];
  if (to === undefined) throw new KeyMoveError(from, move);
  return to;
}
