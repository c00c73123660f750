import type { KeyRoomParts } from './vault-test-keys.js';
import type { Fingerprints } from './keys/fingerprints.js';
import { TokenChanges } from './lifecycle/token-changes.js';
import { TokenDesk } from './lifecycle/token-desk.service.js';
import { TokenTrail } from './lifecycle/token-trail.js';
import { TokenRepository } from './lifecycle/token.repository.js';
import type { CardRepository } from './token/card.repository.js';
import type { PanOpener } from './token/pan-opener.js';
import type { TenantDataKeys } from './token/tenant-data-keys.js';

/** Everything about tokens. */
export interface TokenRoom {
  readonly desk: TokenDesk;
  readonly trail: TokenTrail;
  readonly changes: TokenChanges;
}

/** What a test gives to its tokens. */
export interface TokenRoomParts extends KeyRoomParts {
  readonly cards: CardRepository;
  readonly dataKeys: TenantDataKeys;
  readonly panOpener: PanOpener;
  readonly fingerprints: Fingerprints;
}

/** Life of tokens of a vault without its HTTP doors. */
export function openTokenRoom({ transactions, centre, audit, clock }: TokenRoomParts): TokenRoom {
  const tokens = new TokenRepository();
  return {
    desk: new TokenDesk(transactions, tokens, audit, clock),
    trail: new TokenTrail(transactions, tokens, audit),
    changes: new TokenChanges(centre, transactions, tokens, clock),
  };
}
