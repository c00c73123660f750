import { Injectable } from '@nestjs/common';
import type { CardBrand } from '@tsunagu/contracts';
import { invariant, newId } from '@tsunagu/kernel';
import { sql, type Storable, type Tx } from '@tsunagu/platform';
import type { KeyedFingerprint } from '../keys/fingerprints.js';
import { expiryFacts, type CardFace } from './card-display.js';

/** A card as it would be stored if this tenant has not seen it. */
export interface NewCard {
  readonly tokenId: string;
  readonly fingerprint: KeyedFingerprint;
  readonly panCipher: Buffer;
  readonly dekId: string;
  readonly version: number;
  readonly psn: string | null;
  readonly face: CardFace;
  readonly at: Date;
  readonly requestId: string;
  readonly uses: TokenUses;
  /** Purchase, or line of an import, that brought it: repeated, it gets the same single-use token again. */
  readonly intent: string;
}

/** `multi`: one token for one card of a tenant; `single`: a token of its own for one purchase. */
export type TokenUses = 'multi' | 'single';

/** A stored card, account still sealed. */
export interface StoredCard {
  /** Whose row it is, and whose data key opens it. */
  readonly ownerId: string;
  readonly isRevoked: boolean;
  readonly uses: TokenUses;
  readonly panCipher: Buffer;
  readonly dekId: string;
  readonly version: number;
  readonly psn: string | null;
  readonly face: CardFace;
}

interface CardRow {
  readonly tenant_id: string;
  readonly state: 'active' | 'revoked';
  readonly uses: TokenUses;
  readonly pan_cipher: Buffer;
  readonly dek_id: string;
  readonly version: number;
  readonly psn: string | null;
  readonly brand: CardBrand;
  readonly bin6: string;
  readonly last4: string;
  readonly expiry: string | null;
}

/** Found in the index alone: it carries what is answered. A new token and the notice of it are one statement. */
const findOrMake = (isKnown: string) => `with found as (select token_id, expiry from vault.card
     where tenant_id = $1 and ${isKnown} and state = 'active' and uses = 'multi' limit 1),
   made as (
     insert into vault.card (tenant_id, token_id, fingerprint, pan_cipher, dek_id, version, expiry, psn, bin6, last4, brand, state, created_at, index_version)
     select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'active', $12, $14 where not exists (select from found)
     on conflict (tenant_id, fingerprint) where state = 'active' and uses = 'multi' do nothing returning token_id, expiry),
   noted as (
     insert into vault.token_change (tenant_id, id, token_id, kind, request_id, at) select $1, $2, token_id, 'created', $13, $12 from made)
   select token_id, expiry, false as is_new from found union all select token_id, expiry, true from made`;
const FIND_OR_MAKE = sql('vault_card_find_or_make', findOrMake('fingerprint = $3'));
/** While the key of the index changes a card may lie under either. One statement sees it under one of them, whatever the rewriter does. */
const FIND_OR_MAKE_EITHER = sql(
  'vault_card_find_or_make_either',
  findOrMake('fingerprint = any(array_append($15::bytea[], $3))'),
);
/** Two vaults could make a token under one key each: the unique index cannot see that they mean one card. */
const LOCK_CARD = sql('vault_card_lock', 'select pg_advisory_xact_lock(hashtextextended($1, 0))');
const MAKE_SINGLE = sql(
  'vault_card_make_single',
  `with made as (
     insert into vault.card (tenant_id, token_id, fingerprint, pan_cipher, dek_id, version, expiry, psn, bin6, last4, brand, state, created_at, uses, index_version, made_for)
     values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'active', $12, 'single', $14, $15)
     on conflict (tenant_id, made_for) where uses = 'single' do nothing returning token_id),
   noted as (
     insert into vault.token_change (tenant_id, id, token_id, kind, request_id, at) select $1, $2, token_id, 'created', $13, $12 from made)
   select token_id from made`,
);
const SINGLE_OF = sql(
  'vault_card_single_of',
  `select token_id from vault.card where tenant_id = $1 and made_for = $2 and uses = 'single'`,
);
const FIND = sql(
  'vault_card_find',
  `select token_id, expiry, false as is_new from vault.card
   where tenant_id = $1 and fingerprint = $2 and state = 'active' and uses = 'multi'`,
);
const RENEW = sql(
  'vault_card_renew',
  `with renewed as (
     update vault.card set expiry = $3, psn = coalesce($4, psn), updated_at = $5 where tenant_id = $1 and token_id = $2 returning token_id)
   insert into vault.token_change (tenant_id, id, token_id, kind, previous, request_id, at)
   select $1, $6, token_id, 'updated', $7, $8, $5 from renewed`,
);
const BY_TOKEN = sql(
  'vault_card_by_token',
  `select tenant_id, pan_cipher, dek_id, version, psn, brand, bin6, last4, expiry, state, uses
   from vault.card where tenant_id = $1 and token_id = $2`,
);
const SHARED = sql('vault_card_shared', 'select * from vault.shared_card($1, $2)');
/** The first purchase takes it; the same one may come again. */
const SPEND = sql(
  'vault_card_spend',
  `update vault.card set spent_intent = $3, spent_at = coalesce(spent_at, $4)
   where tenant_id = $1 and token_id = $2 and uses = 'single' and (spent_intent is null or spent_intent = $3) returning token_id`,
);

interface TokenRow {
  readonly token_id: string;
  readonly expiry: string | null;
  readonly is_new: boolean;
}

/** Cards of a tenant by fingerprint and by token. */
@Injectable()
export class CardRepository {
  /** Token of this account: the stored one, or this one from now on. */
  async findOrMake(tx: Tx, card: NewCard): Promise<MadeToken> {
    if (card.uses === 'single') return this.#makeSingle(tx, card);
    const [row] = await this.#findOrInsert(tx, card);
    const stored = row ?? (await this.#racingWinner(tx, card));
    const { expiry } = card.face;
    if (expiry !== null && expiry !== stored.expiry) this.#renew(tx, card, stored);
    return { tokenId: stored.token_id, isNew: stored.is_new };
  }

  /** Also one of the tenant's contract group. @returns undefined for an absent or foreign token */
  async byToken(tx: Tx, tokenId: string): Promise<StoredCard | undefined> {
    const [own] = await tx.query<CardRow>(BY_TOKEN, [tx.tenantId, tokenId]);
    const row = own ?? (await tx.query<CardRow>(SHARED, [tx.tenantId, tokenId]))[0];
    return row === undefined ? undefined : storedOf(row);
  }

  /** Let a single-use token serve this purchase. @returns false when it served another one */
  async spend(tx: Tx, tokenId: string, intent: string, at: Date): Promise<boolean> {
    return (await tx.query(SPEND, [tx.tenantId, tokenId, intent, at])).length === 1;
  }

  #findOrInsert(tx: Tx, card: NewCard): Promise<TokenRow[]> {
    const { lock, others } = card.fingerprint;
    if (lock === null) return tx.query<TokenRow>(FIND_OR_MAKE, valuesOf(tx, card));
    tx.send(LOCK_CARD, [`card|${tx.tenantId}|${lock.toString('hex')}`]);
    return tx.query<TokenRow>(FIND_OR_MAKE_EITHER, [...valuesOf(tx, card), [...others]]);
  }

  async #makeSingle(tx: Tx, card: NewCard): Promise<MadeToken> {
    const [made] = await tx.query(MAKE_SINGLE, [...valuesOf(tx, card), card.intent]);
    if (made !== undefined) return { tokenId: card.tokenId, isNew: true };
    const [row] = await tx.query<{ token_id: string }>(SINGLE_OF, [tx.tenantId, card.intent]);
    invariant(row !== undefined, 'a single-use token is found or made');
    return { tokenId: row.token_id, isNew: false };
  }

  #renew(tx: Tx, card: NewCard, stored: TokenRow): void {
    const { face, psn, at, requestId } = card;
    const previous = JSON.stringify(expiryFacts(stored.expiry));
    tx.send(RENEW, [tx.tenantId, stored.token_id, face.expiry, psn, at, newId(at), previous, requestId]);
  }

  /** Another transaction inserted the same account after our statement took its snapshot; it has committed by now. */
  async #racingWinner(tx: Tx, card: NewCard): Promise<TokenRow> {
    const [row] = await tx.query<TokenRow>(FIND, [tx.tenantId, card.fingerprint.value]);
    invariant(row !== undefined, 'a card is found or made');
    return row;
  }
}

/** A token that was found or made. */
export interface MadeToken {
  readonly tokenId: string;
  readonly isNew: boolean;
}

function valuesOf(tx: Tx, card: NewCard): Storable[] {
  const { face, tokenId } = card;
  const sealed = [card.fingerprint.value, card.panCipher, card.dekId, card.version];
  const shown = [face.expiry, card.psn, face.bin6, face.last4, face.brand, card.at];
  return [tx.tenantId, tokenId, ...sealed, ...shown, card.requestId, card.fingerprint.version];
}

function storedOf(row: CardRow): StoredCard {
  const { brand, bin6, last4, expiry, psn, version, uses } = row;
  const face = { brand, bin6, last4, expiry };
  const isRevoked = row.state === 'revoked';
  return { ownerId: row.tenant_id, isRevoked, uses, panCipher: row.pan_cipher, dekId: row.dek_id, version, psn, face };
}
