import { Injectable } from '@nestjs/common';
import type { CardDisplay, SealAccountRequest, SealedEnvelope } from '@tsunagu/contracts';
import { EnvelopeSealer } from '@tsunagu/hsm';
import { AppLogger, Transactions } from '@tsunagu/platform';
import { AuditLog } from '../audit/audit-log.js';
import { displayOf } from '../token/card-display.js';
import { CardRepository, type StoredCard } from '../token/card.repository.js';
import { openPan } from '../token/pan-cipher.js';
import { TenantDataKeys } from '../token/tenant-data-keys.js';
import { StoredAccountError, TokenMissingError } from '../vault-errors.js';

/** Where a stored account is read. */
@Injectable()
export class StoredAccounts {
  constructor(
    private readonly transactions: Transactions,
    private readonly cards: CardRepository,
    private readonly audit: AuditLog,
  ) {}

  /** The audit row commits before the account is opened. @returns undefined for an absent, revoked or foreign token */
  find(request: SealAccountRequest): Promise<StoredCard | undefined> {
    const { tenantId, tokenId, purpose, requestId } = request;
    return this.transactions.run({ tenantId }, async (tx) => {
      const card = await this.cards.byToken(tx, tokenId);
      const result = card === undefined ? 'token_unknown' : purpose;
      this.audit.record(tx, { tenantId, operation: 'seal_account', result, requestId, tokenId });
      return card;
    });
  }
}

/** Seals a fresh account part for an operation that has only a token: capture, refund, void. */
@Injectable()
export class SealAccountService {
  constructor(
    private readonly accounts: StoredAccounts,
    private readonly dataKeys: TenantDataKeys,
    private readonly sealer: EnvelopeSealer,
    private readonly logger: AppLogger,
  ) {}

  /**
   * @throws TokenMissingError no such token of this tenant
   * @throws StoredAccountError the row was changed or moved; HsmError
   */
  async seal(request: SealAccountRequest): Promise<{ card: CardDisplay; envelope: SealedEnvelope }> {
    const stored = await this.accounts.find(request);
    if (stored === undefined) throw new TokenMissingError();
    const pan = await this.#open(request, stored);
    try {
      const account = { pan, expiry: stored.face.expiry, psn: stored.psn };
      const envelope = await this.sealer.seal(request.tenantId, { sad: null, account });
      return { card: displayOf(stored.face), envelope };
    } finally {
      pan.fill(0);
    }
  }

  async #open({ tenantId, tokenId }: SealAccountRequest, stored: StoredCard): Promise<Buffer> {
    const key = await this.dataKeys.byId(tenantId, stored.dekId);
    try {
      return openPan(key.bytes, { tenantId, tokenId, version: stored.version }, stored.panCipher);
    } catch (error) {
      if (error instanceof StoredAccountError) {
        this.logger.error('security event: a stored account failed its authentication', { tenantId, tokenId });
      }
      throw error;
    }
  }
}
