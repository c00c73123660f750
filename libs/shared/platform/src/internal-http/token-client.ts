import { Injectable } from '@nestjs/common';
import { TokenPort, VAULT_ROUTES } from '@tsunagu/contracts';
import type { PageRead, TokenChange, TokenTrailLine, TokenView } from '@tsunagu/contracts';
import { VaultClient } from './card-zone-clients.js';

/** Changes of tokens are asked for by no request of a merchant. */
const FEED = { requestId: 'token-feed' };

/** The vault's doors for tokens, over the connections that its client has. */
@Injectable()
export class TokenClient extends TokenPort {
  constructor(private readonly vault: VaultClient) {
    super();
  }

  readToken(request: Parameters<TokenPort['readToken']>[0]): Promise<TokenView> {
    return this.vault.ask(VAULT_ROUTES.tokenRead, request);
  }

  listTokens(request: Parameters<TokenPort['listTokens']>[0]): Promise<PageRead<TokenView>> {
    return this.vault.ask(VAULT_ROUTES.tokenList, request);
  }

  updateToken(request: Parameters<TokenPort['updateToken']>[0]): Promise<TokenView> {
    return this.vault.ask(VAULT_ROUTES.tokenUpdate, request);
  }

  revokeToken(request: Parameters<TokenPort['revokeToken']>[0]): Promise<TokenView> {
    return this.vault.ask(VAULT_ROUTES.tokenRevoke, request);
  }

  tokenTrail(request: Parameters<TokenPort['tokenTrail']>[0]): Promise<PageRead<TokenTrailLine>> {
    return this.vault.ask(VAULT_ROUTES.tokenTrail, request);
  }

  async tokenChanges(limit: number): Promise<readonly TokenChange[]> {
    const answer = await this.vault.ask<{ changes: TokenChange[] }>(VAULT_ROUTES.tokenChanges, FEED, { limit });
    return answer.changes;
  }

  async toldTokenChanges(changes: readonly { tenantId: string; id: string }[]): Promise<void> {
    const ids = changes.map(({ tenantId, id }) => ({ tenantId, id }));
    await this.vault.ask(VAULT_ROUTES.tokenChangesTold, FEED, { changes: ids });
  }
}
