import { Injectable } from '@nestjs/common';
import type { NetworkTokenView, PageAsked, PageRead, TokenRequest, TokenView } from '@tsunagu/contracts';
import { Clock, newId } from '@tsunagu/kernel';
import { Transactions, type Tx } from '@tsunagu/platform';
import { AuditLog } from '../audit/audit-log.js';
import { expiryFacts } from '../token/card-display.js';
import { TokenMissingError, TokenRevokedError } from '../vault-errors.js';
import { judgeNetworkToken } from './network-token-state.js';
import { TokenRepository, type LockedToken, type NewChange } from './token.repository.js';

/** What a change writes beside its row. */
type Noted = Pick<NewChange, 'kind' | 'previous'> & {
  readonly operation: 'token_update' | 'token_revoke' | 'token_network';
  readonly result: string;
};

/** Life of a token after it was made. Each change is one transaction with its audit row and the promise of its event. */
@Injectable()
export class TokenDesk {
  constructor(
    private readonly transactions: Transactions,
    private readonly tokens: TokenRepository,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /** @throws TokenMissingError */
  async read({ tenantId, tokenId }: Pick<TokenRequest, 'tenantId' | 'tokenId'>): Promise<TokenView> {
    const view = await this.transactions.run({ tenantId }, (tx) => this.tokens.read(tx, tokenId));
    if (view === undefined) throw new TokenMissingError();
    return view;
  }

  async list(
    tenantId: string,
    page: PageAsked,
    filter: { state?: string; last4?: string },
  ): Promise<PageRead<TokenView>> {
    const rows = await this.transactions.run({ tenantId }, (tx) => this.tokens.list(tx, page, filter));
    const data = rows.slice(0, page.limit);
    return { data: page.afterId === undefined ? data : data.reverse(), hasMore: rows.length > page.limit };
  }

  /** @param expiry YYMM. @throws TokenMissingError, TokenRevokedError */
  update(request: TokenRequest, expiry: string): Promise<TokenView> {
    return this.#change(request, (tx, { view, expiry: before }, at) => {
      if (view.state === 'revoked') throw new TokenRevokedError();
      if (before === expiry) return undefined;
      this.tokens.setExpiry(tx, request.tokenId, expiry, at);
      return { operation: 'token_update', result: 'expiry', kind: 'updated', previous: expiryFacts(before) };
    });
  }

  /** For ever; again changes nothing. @throws TokenMissingError */
  revoke(request: TokenRequest): Promise<TokenView> {
    return this.#change(request, (tx, { view }, at) => {
      if (view.state === 'revoked') return undefined;
      this.tokens.revoke(tx, request.tokenId, at);
      return { operation: 'token_revoke', result: 'revoked', kind: 'revoked', previous: { status: view.state } };
    });
  }

  /** What a card network told of the account. @throws TokenMissingError, NetworkTokenMoveError */
  told(request: TokenRequest, told: { par: string | null; networkToken: NetworkTokenView | null }): Promise<TokenView> {
    const { par, networkToken } = told;
    return this.#change(request, (tx, { view }, at) => {
      const known = view.networkTokens.find(({ network }) => network === networkToken?.network);
      if (networkToken !== null) {
        judgeNetworkToken(known, networkToken);
        this.tokens.setNetworkToken(tx, request.tokenId, networkToken, at);
      }
      if (par !== null) this.tokens.setPar(tx, request.tokenId, par, at);
      const previous = { par: view.par, network_token_status: known?.state ?? null };
      return { operation: 'token_network', result: networkToken?.state ?? 'par', kind: 'network_updated', previous };
    });
  }

  #change(
    request: TokenRequest,
    decide: (tx: Tx, token: LockedToken, at: Date) => Noted | undefined,
  ): Promise<TokenView> {
    const { tenantId, tokenId, requestId } = request;
    return this.transactions.run({ tenantId }, async (tx) => {
      const token = await this.tokens.lock(tx, tokenId);
      if (token === undefined) throw new TokenMissingError();
      const at = this.clock.now();
      const noted = decide(tx, token, at);
      if (noted === undefined) return token.view;
      const { operation, result, kind, previous } = noted;
      this.tokens.note(tx, { id: newId(at), tokenId, kind, previous, requestId, at });
      this.audit.record(tx, { tenantId, operation, result, requestId, tokenId, facts: previous });
      const changed = await this.tokens.read(tx, tokenId);
      return changed ?? token.view;
    });
  }
}
