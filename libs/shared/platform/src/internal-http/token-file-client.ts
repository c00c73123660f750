import { Injectable } from '@nestjs/common';
import { TokenFilePort, VAULT_ROUTES } from '@tsunagu/contracts';
import type { PageRead, TokenJobLine, TokenJobView } from '@tsunagu/contracts';
import { VaultClient } from './card-zone-clients.js';

type Asked<Name extends keyof TokenFilePort> = Parameters<TokenFilePort[Name]>[0];

/** The vault's doors for files of cards, over the connections that its client has. */
@Injectable()
export class TokenFileClient extends TokenFilePort {
  constructor(private readonly vault: VaultClient) {
    super();
  }

  beginJob(request: Asked<'beginJob'>): Promise<{ job: TokenJobView; isNew: boolean }> {
    return this.vault.ask(VAULT_ROUTES.tokenJobBegin, request);
  }

  async addLines(request: Asked<'addLines'>): Promise<void> {
    await this.vault.ask(VAULT_ROUTES.tokenImportLines, request);
  }

  startImport(request: Asked<'startImport'>): Promise<TokenJobView> {
    return this.vault.ask(VAULT_ROUTES.tokenImportStart, request);
  }

  readJob(request: Asked<'readJob'>): Promise<TokenJobView> {
    return this.vault.ask(VAULT_ROUTES.tokenJobRead, request);
  }

  listJobs(request: Asked<'listJobs'>): Promise<PageRead<TokenJobView>> {
    return this.vault.ask(VAULT_ROUTES.tokenJobList, request);
  }

  jobResults(request: Asked<'jobResults'>): Promise<PageRead<TokenJobLine>> {
    return this.vault.ask(VAULT_ROUTES.tokenJobResults, request);
  }
}
