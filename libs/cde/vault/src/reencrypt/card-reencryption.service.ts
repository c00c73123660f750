import { Injectable } from '@nestjs/common';
import { Clock } from '@tsunagu/kernel';
import { AppLogger, Centre, Transactions, sql } from '@tsunagu/platform';
import { AuditLog } from '../audit/audit-log.js';
import { PaymentPulse } from '../open/payment-pulse.js';
import { CardRepository, type StoredCard } from '../token/card.repository.js';
import { sealPan } from '../token/pan-cipher.js';
import { PanOpener } from '../token/pan-opener.js';
import { TenantDataKeys } from '../token/tenant-data-keys.js';
import { StoredAccountError } from '../vault-errors.js';

/** A data key protects a card for a year at most, and then another one does. @source NIST SP 800-57 part 1 rev. 5, table 1: two years or less */
const DATA_KEY_MS = 365 * 86_400_000;
/** Cards of one slice: well under a second of work between two looks at the pulse. */
const SLICE = 50;

const DUE = sql(
  'vault_cards_to_reencrypt',
  'select tenant_id as "tenantId", token_id as "tokenId", dek_id as "dekId" from vault.cards_to_reencrypt($1, $2)',
);
const MOVE = sql(
  'vault_card_reencrypt',
  'update vault.card set pan_cipher = $3, dek_id = $4 where tenant_id = $1 and token_id = $2 and dek_id = $5 returning token_id',
);
const DROP = sql('vault_drop_unused_data_keys', 'select vault.drop_unused_data_keys($1)::int as gone');

interface DueCard {
  readonly tenantId: string;
  readonly tokenId: string;
  readonly dekId: string;
}

/** Cards and keys as the re-encryption reaches them. */
@Injectable()
export class ReencryptionStores {
  constructor(
    readonly centre: Centre,
    readonly transactions: Transactions,
    readonly cards: CardRepository,
    readonly opener: PanOpener,
    readonly dataKeys: TenantDataKeys,
  ) {}
}

/** How time goes, how payments fare, and where troubles are told. */
@Injectable()
export class ReencryptionPlace {
  constructor(
    readonly clock: Clock,
    readonly pulse: PaymentPulse,
    readonly logger: AppLogger,
  ) {}
}

/** What a round did. */
export interface ReencryptionRound {
  readonly cards: number;
  /** Old data keys that no card needed any more. */
  readonly keysDropped: number;
  /** Stopped because payments were slow; the next round goes on. */
  readonly isPaused: boolean;
}

/**
 * Puts cards under a new data key when theirs is a year old: in slices, in the background, and never while payments are slow. What is
 * done is seen in the rows themselves, so it goes on after any end, and two vaults at it disturb each other in nothing.
 */
@Injectable()
export class CardReencryption {
  constructor(
    private readonly stores: ReencryptionStores,
    private readonly audit: AuditLog,
    private readonly place: ReencryptionPlace,
  ) {}

  /** @throws HsmError, DatabaseError: what is left comes in the next round */
  async round(): Promise<ReencryptionRound> {
    const madeBefore = new Date(this.place.clock.now().getTime() - DATA_KEY_MS);
    const { centre } = this.stores;
    for (let cards = 0; ;) {
      if (this.place.pulse.isSlow()) return { cards, keysDropped: 0, isPaused: true };
      const due = await centre.query<DueCard>(DUE, [madeBefore, SLICE]);
      let moved = 0;
      for (const card of due) moved += (await this.#reencrypt(card)) ? 1 : 0;
      cards += moved;
      if (moved > 0) continue; // none moved: nothing is due, or only damaged cards, or another vault does it
      const [row] = due.length > 0 ? [] : await centre.query<{ gone: number }>(DROP, [madeBefore]);
      return { cards, keysDropped: row?.gone ?? 0, isPaused: false };
    }
  }

  /** The audit row is durable before the card is opened. */
  async #reencrypt({ tenantId, tokenId, dekId }: DueCard): Promise<boolean> {
    const { transactions, cards } = this.stores;
    const card = await transactions.run({ tenantId }, async (tx) => {
      const who = { actor: 'system', requestId: 'rotation', tokenId, facts: { data_key: dekId } };
      this.audit.record(tx, { tenantId, operation: 'token_reencrypt', result: 'begun', ...who });
      return cards.byToken(tx, tokenId);
    });
    const sealed = card?.dekId === dekId ? await this.#sealed(tokenId, card) : undefined;
    if (sealed === undefined) return false;
    const values = [tenantId, tokenId, sealed.panCipher, sealed.dekId, dekId];
    return (await transactions.ask({ tenantId }, MOVE, values)).length === 1;
  }

  async #sealed(tokenId: string, card: StoredCard): Promise<{ panCipher: Buffer; dekId: string } | undefined> {
    const { ownerId: tenantId, version } = card;
    let pan: Buffer;
    try {
      pan = await this.stores.opener.open(tokenId, card);
    } catch (error) {
      if (!(error instanceof StoredAccountError)) throw error;
      this.place.logger.error('a damaged card keeps its old data key', { tenantId, tokenId });
      return undefined;
    }
    try {
      const key = await this.stores.dataKeys.current(tenantId);
      return { panCipher: sealPan(key.bytes, { tenantId, tokenId, version }, pan), dekId: key.id };
    } finally {
      pan.fill(0);
    }
  }
}
