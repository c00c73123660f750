import type { NetworkTokenView } from '@tsunagu/contracts';
import { AppError } from '@tsunagu/kernel';

type State = NetworkTokenView['state'];

/** A key leading back to its own state is a repeat we accept; a missing one is forbidden. A deleted token never comes back. */
const TABLE: Readonly<Record<State, readonly State[]>> = {
  active: ['active', 'suspended', 'deleted'],
  suspended: ['suspended', 'active', 'deleted'],
  deleted: ['deleted'],
};

/** The network's token is past the state that somebody tells of. */
export class NetworkTokenMoveError extends AppError {
  readonly code = 'state_conflict';
  readonly category = 'conflict';

  constructor(from: State, to: State) {
    super(`a network token that is ${from} cannot become ${to}`, { from, to });
  }
}

/**
 * Judge what a network tells of its token. Another reference is another token: it may begin anywhere but deleted.
 * @throws NetworkTokenMoveError
 */
export function judgeNetworkToken(known: NetworkTokenView | undefined, told: NetworkTokenView): void {
  const isSame = known !== undefined && known.reference === told.reference;
  const isAllowed = isSame ? TABLE[known.state].includes(told.state) : told.state !== 'deleted';
  if (!isAllowed) throw new NetworkTokenMoveError(known?.state ?? 'deleted', told.state);
}
