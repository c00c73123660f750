import { Injectable } from '@nestjs/common';
import type { PageAsked, PageRead, TokenRequest, TokenTrailLine } from '@tsunagu/contracts';
import { Transactions, sql } from '@tsunagu/platform';
import { AuditLog } from '../audit/audit-log.js';
import { TokenMissingError } from '../vault-errors.js';
import { TokenRepository } from './token.repository.js';

const LINES = `select id, at, operation, result, request_id as "requestId", actor from vault.audit where tenant_id = $1 and token_id = $2`;
const OLDER = sql('vault_trail_older', `${LINES} and ($3::uuid is null or id < $3) order by id desc limit $4`);
const NEWER = sql('vault_trail_newer', `${LINES} and id > $3 order by id limit $4`);

type LineRow = Omit<TokenTrailLine, 'at'> & { readonly at: Date };

/** The audit of one token for its tenant: who had what done with it, and why. Reading it is written down as well. */
@Injectable()
export class TokenTrail {
  constructor(
    private readonly transactions: Transactions,
    private readonly tokens: TokenRepository,
    private readonly audit: AuditLog,
  ) {}

  /** @throws TokenMissingError */
  async read({ tenantId, tokenId, requestId }: TokenRequest, page: PageAsked): Promise<PageRead<TokenTrailLine>> {
    const { limit, beforeId, afterId } = page;
    const rows = await this.transactions.run({ tenantId }, async (tx) => {
      if ((await this.tokens.read(tx, tokenId)) === undefined) throw new TokenMissingError();
      const edge = afterId ?? beforeId ?? null;
      const found = await tx.query<LineRow>(afterId === undefined ? OLDER : NEWER, [
        tenantId,
        tokenId,
        edge,
        limit + 1,
      ]);
      this.audit.record(tx, { tenantId, operation: 'token_trail', result: 'read', requestId, tokenId });
      return found;
    });
    const data = rows.slice(0, limit).map(({ at, ...line }) => ({ ...line, at: at.toISOString() }));
    return { data: afterId === undefined ? data : data.reverse(), hasMore: rows.length > limit };
  }
}
