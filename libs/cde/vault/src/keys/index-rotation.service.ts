import { Injectable } from '@nestjs/common';
import { AppLogger, Centre, Transactions, sql } from '@tsunagu/platform';
import { AuditLog } from '../audit/audit-log.js';
import type { KeyRecord } from '../inventory/key-record.js';
import { CardRepository, type StoredCard } from '../token/card.repository.js';
import { PanOpener } from '../token/pan-opener.js';
import { StoredAccountError } from '../vault-errors.js';
import { RotationPlace } from './data-key-rotation.service.js';
import { Fingerprints, INDEX_LEAD_MS } from './fingerprints.js';

/** Cards of one slice. */
const SLICE = 50;
/** A look-up slower than this says that payments need the machine: the rest waits for the next round. */
const SLOW_MS = 100;
/** Rewriting begins when nobody writes with the old key any more. */
const BEGIN_MS = 2 * INDEX_LEAD_MS;

const DUE = sql(
  'vault_cards_to_reindex',
  'select tenant_id as "tenantId", token_id as "tokenId" from vault.cards_to_reindex($1, $2)',
);
const REINDEX = sql(
  'vault_card_reindex',
  `update vault.card set fingerprint = $3, index_version = $4 where tenant_id = $1 and token_id = $2 and index_version < $4 returning token_id`,
);

interface DueCard {
  readonly tenantId: string;
  readonly tokenId: string;
}

/** Cards as the rewriter reaches them. */
@Injectable()
export class IndexedCards {
  constructor(
    readonly centre: Centre,
    readonly transactions: Transactions,
    readonly cards: CardRepository,
    readonly opener: PanOpener,
    readonly logger: AppLogger,
  ) {}
}

/**
 * After the key of the index has changed, gives each stored card its fingerprint under the new one: in slices, in the background, and not
 * while the database is slow. Tokens stay. Each card number is opened after its audit row is durable, and wiped at once.
 */
@Injectable()
export class IndexRotation {
  constructor(
    private readonly stored: IndexedCards,
    private readonly fingerprints: Fingerprints,
    private readonly audit: AuditLog,
    private readonly place: RotationPlace,
  ) {}

  /** @returns cards that were rewritten. @throws HsmError, DatabaseError */
  async round(): Promise<number> {
    const { ring, clock } = this.place;
    const keys = ring.of('pan-index');
    const key = keys.find(({ state }) => state === 'active');
    if (key === undefined || keys.length === 1) return 0;
    if (clock.now().getTime() < key.validFrom!.getTime() + BEGIN_MS) return 0;
    let count = 0;
    for (;;) {
      const startedMs = clock.monotonicMs();
      const due = await this.stored.centre.query<DueCard>(DUE, [key.version, SLICE]);
      if (due.length === 0 || clock.monotonicMs() - startedMs > SLOW_MS) return count;
      const before = count;
      for (const card of due) count += (await this.#reindex(card, key)) ? 1 : 0;
      if (count === before) return count; // nothing moved: damaged cards, or another vault does it
    }
  }

  async #reindex({ tenantId, tokenId }: DueCard, key: KeyRecord): Promise<boolean> {
    const card = await this.stored.transactions.run({ tenantId }, async (tx) => {
      const who = { actor: 'system', requestId: 'rotation', keyId: key.id };
      this.audit.record(tx, { tenantId, operation: 'key_rotation', result: 'reindexed', tokenId, ...who });
      return this.stored.cards.byToken(tx, tokenId);
    });
    const fingerprint = card === undefined ? undefined : await this.#fingerprint(tenantId, tokenId, card);
    if (fingerprint === undefined) return false;
    const values = [tenantId, tokenId, fingerprint, key.version];
    return (await this.stored.transactions.run({ tenantId }, (tx) => tx.query(REINDEX, values))).length === 1;
  }

  async #fingerprint(tenantId: string, tokenId: string, card: StoredCard): Promise<Buffer | undefined> {
    try {
      const pan = await this.stored.opener.open(tokenId, card);
      try {
        return (await this.fingerprints.ofPan(tenantId, pan)).value;
      } finally {
        pan.fill(0);
      }
    } catch (error) {
      if (!(error instanceof StoredAccountError)) throw error;
      this.stored.logger.error('a damaged card keeps its old fingerprint', { tenantId, tokenId });
      return undefined;
    }
  }
}
