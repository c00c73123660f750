import { Injectable } from '@nestjs/common';
import type { SealAccountRequest } from '@tsunagu/contracts';
import { Clock } from '@tsunagu/kernel';
import { Transactions, type Tx } from '@tsunagu/platform';
import { AuditLog, type AuditEntry } from '../audit/audit-log.js';
import { CardRepository, type StoredCard } from '../token/card.repository.js';
import { TokenMissingError, TokenRevokedError, TokenSpentError } from '../vault-errors.js';

/** What somebody wants with a stored account. */
export interface AccountAsked {
  readonly tenantId: string;
  readonly tokenId: string;
  readonly requestId: string;
  readonly operation: 'seal_account' | 'reveal' | 'token_export' | 'add_pin';
  /** Purpose or reason; the word of the trail when it is allowed. */
  readonly why: string;
  readonly facts?: AuditEntry['facts'];
  /** Whether something new begins with the card, or what began before is brought to its end: that a revoked token still does. */
  readonly standing: 'begins' | 'follows';
  /** Purchase that a single-use token is used for; null: none. */
  readonly intent: string | null;
}

/** Where a stored account is read. */
@Injectable()
export class StoredAccounts {
  constructor(
    private readonly transactions: Transactions,
    private readonly cards: CardRepository,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /**
   * The audit row commits before the account is opened, also for a refusal; when it cannot be written, nothing is opened.
   * @throws TokenMissingError absent or foreign; TokenRevokedError for something new, TokenSpentError
   */
  async find(asked: AccountAsked): Promise<StoredCard> {
    const answer = await this.transactions.run(asked, async (tx) => {
      const found = await this.#judge(tx, asked);
      const { tenantId, tokenId, operation, requestId, facts } = asked;
      this.audit.record(tx, { tenantId, operation, result: found.result, requestId, tokenId, facts });
      return found;
    });
    await this.#tellOwner(asked, answer);
    if (answer.refusal !== undefined) throw answer.refusal;
    return answer.card;
  }

  /** A member of the contract group used it, or tried to: the trail of the owner says so, too, before anything is opened. */
  async #tellOwner({ tenantId, tokenId, operation, requestId }: AccountAsked, found: Judgement): Promise<void> {
    const ownerId = found.card?.ownerId ?? tenantId;
    if (ownerId === tenantId) return;
    const entry = { tenantId: ownerId, operation, result: `member_${found.result}`, requestId, tokenId };
    await this.transactions.run({ tenantId: ownerId }, (tx) =>
      Promise.resolve(this.audit.record(tx, { ...entry, facts: { member: tenantId } })),
    );
  }

  async #judge(tx: Tx, { tokenId, why, intent, standing }: AccountAsked): Promise<Judgement> {
    const card = await this.cards.byToken(tx, tokenId);
    if (card === undefined) return { result: 'token_unknown', card, refusal: new TokenMissingError() };
    if (card.isRevoked && standing === 'begins') {
      return { result: 'token_revoked', card, refusal: new TokenRevokedError() };
    }
    const isUse = card.uses === 'single' && intent !== null;
    if (isUse && !(await this.cards.spend(tx, tokenId, intent, this.clock.now()))) {
      return { result: 'token_spent', card, refusal: new TokenSpentError() };
    }
    return { result: why, card, refusal: undefined };
  }
}

type Judgement =
  | { readonly result: string; readonly card: StoredCard; readonly refusal: undefined }
  | {
      readonly result: string;
      readonly card: StoredCard | undefined;
      readonly refusal: TokenMissingError | TokenRevokedError | TokenSpentError;
    };

/** What {@link StoredAccounts} is asked for a seal. */
export function askedBySeal({ tenantId, tokenId, purpose, intent, requestId }: SealAccountRequest): AccountAsked {
  const begins = purpose === 'authorize';
  return {
    tenantId,
    tokenId,
    requestId,
    operation: 'seal_account',
    why: purpose,
    standing: begins ? 'begins' : 'follows',
    intent: begins ? (intent ?? requestId) : null,
  };
}
