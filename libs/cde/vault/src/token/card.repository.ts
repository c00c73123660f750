import { Injectable } from '@nestjs/common';
import type { CardBrand } from '@tsunagu/contracts';
import { invariant } from '@tsunagu/kernel';
import { sql, type Tx } from '@tsunagu/platform';
import type { CardFace } from './card-display.js';

/** A card as it would be stored if this tenant has not seen it. */
export interface NewCard {
  readonly tokenId: string;
  readonly fingerprint: Buffer;
  readonly panCipher: Buffer;
  readonly dekId: string;
  readonly version: number;
  readonly psn: string | null;
  readonly face: CardFace;
  readonly at: Date;
}

/** A stored card, account still sealed. */
export interface StoredCard {
  readonly panCipher: Buffer;
  readonly dekId: string;
  readonly version: number;
  readonly psn: string | null;
  readonly face: CardFace;
}

interface CardRow {
  readonly pan_cipher: Buffer;
  readonly dek_id: string;
  readonly version: number;
  readonly psn: string | null;
  readonly brand: CardBrand;
  readonly bin6: string;
  readonly last4: string;
  readonly expiry: string | null;
}

const FIND_OR_MAKE = sql(
  'vault_card_find_or_make',
  `with found as (select token_id, expiry from vault.card where tenant_id = $1 and fingerprint = $3),
   made as (
     insert into vault.card (tenant_id, token_id, fingerprint, pan_cipher, dek_id, version, expiry, psn, bin6, last4, brand, state, created_at)
     select $1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 'active', $12 where not exists (select from found)
     on conflict (tenant_id, fingerprint) do nothing returning token_id, expiry)
   select token_id, expiry from found union all select token_id, expiry from made`,
);
const FIND = sql(
  'vault_card_find',
  'select token_id, expiry from vault.card where tenant_id = $1 and fingerprint = $2',
);
const RENEW = sql(
  'vault_card_renew',
  'update vault.card set expiry = $3, psn = coalesce($4, psn) where tenant_id = $1 and token_id = $2',
);
const BY_TOKEN = sql(
  'vault_card_by_token',
  `select pan_cipher, dek_id, version, psn, brand, bin6, last4, expiry
   from vault.card where tenant_id = $1 and token_id = $2 and state = 'active'`,
);

interface TokenRow {
  readonly token_id: string;
  readonly expiry: string | null;
}

/** Cards of a tenant by fingerprint and by token. */
@Injectable()
export class CardRepository {
  /** Token of this account: the stored one, or this one from now on. */
  async findOrMake(tx: Tx, card: NewCard): Promise<string> {
    const { face, tokenId } = card;
    const sealed = [card.fingerprint, card.panCipher, card.dekId, card.version];
    const shown = [face.expiry, card.psn, face.bin6, face.last4, face.brand, card.at];
    const [row] = await tx.query<TokenRow>(FIND_OR_MAKE, [tx.tenantId, tokenId, ...sealed, ...shown]);
    const stored = row ?? (await this.#racingWinner(tx, card));
    const isRenewed = face.expiry !== null && face.expiry !== stored.expiry;
    if (isRenewed) tx.send(RENEW, [tx.tenantId, stored.token_id, face.expiry, card.psn]);
    return stored.token_id;
  }

  /** @returns undefined for an absent, revoked or foreign token */
  async byToken(tx: Tx, tokenId: string): Promise<StoredCard | undefined> {
    const [row] = await tx.query<CardRow>(BY_TOKEN, [tx.tenantId, tokenId]);
    if (row === undefined) return undefined;
    const { brand, bin6, last4, expiry, psn, version } = row;
    return { panCipher: row.pan_cipher, dekId: row.dek_id, version, psn, face: { brand, bin6, last4, expiry } };
  }

  /** Another transaction inserted the same account after our statement took its snapshot; it has committed by now. */
  async #racingWinner(tx: Tx, card: NewCard): Promise<TokenRow> {
    const [row] = await tx.query<TokenRow>(FIND, [tx.tenantId, card.fingerprint]);
    invariant(row !== undefined, 'a card is found or made');
    return row;
  }
}
