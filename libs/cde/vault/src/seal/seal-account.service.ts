import { Injectable } from '@nestjs/common';
import type { CardDisplay, SealAccountRequest, SealedEnvelope } from '@tsunagu/contracts';
import { EnvelopeSealer } from '@tsunagu/hsm';
import { displayOf } from '../token/card-display.js';
import { PanOpener } from '../token/pan-opener.js';
import { StoredAccounts, askedBySeal, type AccountAsked } from './stored-accounts.js';

/** Seals a fresh account part for an operation that has only a token. Nobody but the switch can open it. */
@Injectable()
export class SealAccountService {
  constructor(
    private readonly accounts: StoredAccounts,
    private readonly opener: PanOpener,
    private readonly sealer: EnvelopeSealer,
  ) {}

  /**
   * @throws TokenMissingError no such token of this tenant; TokenRevokedError, TokenSpentError
   * @throws StoredAccountError the row was changed or moved; HsmError
   */
  seal(request: SealAccountRequest): Promise<{ card: CardDisplay; envelope: SealedEnvelope }> {
    return this.sealFor(askedBySeal(request));
  }

  /** The same for any reason that is written down. @throws as {@link seal} */
  async sealFor(asked: AccountAsked): Promise<{ card: CardDisplay; envelope: SealedEnvelope }> {
    const stored = await this.accounts.find(asked);
    const pan = await this.opener.open(asked.tokenId, stored);
    try {
      const account = { pan, expiry: stored.face.expiry, psn: stored.psn };
      const envelope = await this.sealer.seal(asked.tenantId, { sad: null, account });
      return { card: displayOf(stored.face), envelope };
    } finally {
      pan.fill(0);
    }
  }
}
