import { Injectable } from '@nestjs/common';
import type { CardBrand, NetworkTokenView, PageAsked, TokenView } from '@tsunagu/contracts';
import { sql, type Tx } from '@tsunagu/platform';
import { displayOf } from '../token/card-display.js';

const COLUMNS = `c.token_id as id, c.state, c.uses, c.spent_at, c.brand, c.bin6, c.last4, c.expiry, c.par, c.created_at, c.updated_at, c.revoked_at,
  (select coalesce(json_agg(json_build_object('network', n.network, 'reference', n.reference, 'last4', n.last4, 'state', n.state) order by n.network), '[]')
     from vault.network_token n where n.tenant_id = c.tenant_id and n.token_id = c.token_id) as network_tokens`;

const READ = sql('vault_token_read', `select ${COLUMNS} from vault.card c where c.tenant_id = $1 and c.token_id = $2`);
const LOCK = sql(
  'vault_token_lock',
  `select ${COLUMNS} from vault.card c where c.tenant_id = $1 and c.token_id = $2 for update of c`,
);
const FILTER = `c.tenant_id = $1 and ($4::text is null or c.state = $4) and ($5::text is null or c.last4 = $5)`;
const OLDER = sql(
  'vault_token_list_older',
  `select ${COLUMNS} from vault.card c where ${FILTER} and ($2::uuid is null or c.token_id < $2) order by c.token_id desc limit $3`,
);
const NEWER = sql(
  'vault_token_list_newer',
  `select ${COLUMNS} from vault.card c where ${FILTER} and c.token_id > $2 order by c.token_id limit $3`,
);
const EXPIRY = sql(
  'vault_token_expiry',
  `update vault.card set expiry = $3, updated_at = $4 where tenant_id = $1 and token_id = $2 and state = 'active'`,
);
const REVOKE = sql(
  'vault_token_revoke',
  `update vault.card set state = 'revoked', revoked_at = $3, updated_at = $3 where tenant_id = $1 and token_id = $2 and state = 'active'`,
);
const PAR = sql(
  'vault_token_par',
  'update vault.card set par = $3, updated_at = $4 where tenant_id = $1 and token_id = $2',
);
const NETWORK = sql(
  'vault_token_network',
  `insert into vault.network_token as n (tenant_id, token_id, network, reference, last4, state, changed_at) values ($1, $2, $3, $4, $5, $6, $7)
   on conflict (tenant_id, token_id, network) do update
     set reference = excluded.reference, last4 = excluded.last4, state = excluded.state, changed_at = excluded.changed_at`,
);
const CHANGED = sql(
  'vault_token_changed',
  `insert into vault.token_change (tenant_id, id, token_id, kind, previous, request_id, at) values ($1, $2, $3, $4, $5, $6, $7)`,
);

interface TokenRow {
  readonly id: string;
  readonly state: 'active' | 'revoked';
  readonly uses: 'multi' | 'single';
  readonly spent_at: Date | null;
  readonly brand: CardBrand;
  readonly bin6: string;
  readonly last4: string;
  readonly expiry: string | null;
  readonly par: string | null;
  readonly created_at: Date;
  readonly updated_at: Date | null;
  readonly revoked_at: Date | null;
  readonly network_tokens: readonly NetworkTokenView[];
}

/** A token under the lock of its row. */
export interface LockedToken {
  readonly view: TokenView;
  /** YYMM. */
  readonly expiry: string | null;
}

/** What changed of a token, for its merchant. */
export interface NewChange {
  readonly id: string;
  readonly tokenId: string;
  readonly kind: 'updated' | 'revoked' | 'network_updated';
  readonly previous: Readonly<Record<string, string | number | null>> | null;
  readonly requestId: string;
  readonly at: Date;
}

/** Tokens as merchants see them: never the sealed number. */
@Injectable()
export class TokenRepository {
  async read(tx: Tx, tokenId: string): Promise<TokenView | undefined> {
    const [row] = await tx.query<TokenRow>(READ, [tx.tenantId, tokenId]);
    return row === undefined ? undefined : viewOf(row);
  }

  async lock(tx: Tx, tokenId: string): Promise<LockedToken | undefined> {
    const [row] = await tx.query<TokenRow>(LOCK, [tx.tenantId, tokenId]);
    return row === undefined ? undefined : { view: viewOf(row), expiry: row.expiry };
  }

  /** One more than the page tells whether there are more. */
  async list(tx: Tx, page: PageAsked, filter: { state?: string; last4?: string }): Promise<TokenView[]> {
    const { limit, beforeId, afterId } = page;
    const rest = [limit + 1, filter.state ?? null, filter.last4 ?? null];
    if (afterId === undefined) {
      return (await tx.query<TokenRow>(OLDER, [tx.tenantId, beforeId ?? null, ...rest])).map(viewOf);
    }
    return (await tx.query<TokenRow>(NEWER, [tx.tenantId, afterId, ...rest])).map(viewOf);
  }

  setExpiry(tx: Tx, tokenId: string, expiry: string, at: Date): void {
    tx.send(EXPIRY, [tx.tenantId, tokenId, expiry, at]);
  }

  revoke(tx: Tx, tokenId: string, at: Date): void {
    tx.send(REVOKE, [tx.tenantId, tokenId, at]);
  }

  setPar(tx: Tx, tokenId: string, par: string, at: Date): void {
    tx.send(PAR, [tx.tenantId, tokenId, par, at]);
  }

  setNetworkToken(tx: Tx, tokenId: string, token: NetworkTokenView, at: Date): void {
    const { network, reference, last4, state } = token;
    tx.send(NETWORK, [tx.tenantId, tokenId, network, reference, last4, state, at]);
  }

  /** Promise of an event, in the transaction of the change. */
  note(tx: Tx, { id, tokenId, kind, previous, requestId, at }: NewChange): void {
    const before = previous === null ? null : JSON.stringify(previous);
    tx.send(CHANGED, [tx.tenantId, id, tokenId, kind, before, requestId, at]);
  }
}

function viewOf(row: TokenRow): TokenView {
  return {
    id: row.id,
    state: row.state === 'active' && row.spent_at !== null ? 'spent' : row.state,
    uses: row.uses,
    card: displayOf(row),
    par: row.par,
    networkTokens: row.network_tokens,
    createdAt: row.created_at.toISOString(),
    updatedAt: (row.updated_at ?? row.created_at).toISOString(),
    revokedAt: row.revoked_at?.toISOString() ?? null,
  };
}
