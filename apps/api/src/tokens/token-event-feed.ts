import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { TokenPort, type TokenChange } from '@tsunagu/contracts';
import { TenantEvents } from '@tsunagu/notify';
import { AppLogger, Metrics, Rounds } from '@tsunagu/platform';
import { TokenResponse } from './token.response.js';

const EVERY_MS = 2_000;
const PAGE = 100;

const TYPES: Readonly<Record<TokenChange['kind'], string>> = {
  created: 'token.created',
  updated: 'token.updated',
  revoked: 'token.revoked',
  network_updated: 'network_token.updated',
};

/**
 * Brings the changes of tokens from the card zone to the merchants. The vault keeps each until it was confirmed, and the event has the
 * id of the change: whatever dies in between, it is told again and written once. Every api process may do it at the same time.
 */
@Injectable()
export class TokenEventFeed implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #rounds = new Rounds({
    everyMs: EVERY_MS,
    work: () => this.#countedRound(),
    failed: (error) => this.logger.warn('token events wait', { error }),
  });

  constructor(
    private readonly tokens: TokenPort,
    private readonly events: TenantEvents,
    private readonly logger: AppLogger,
    private readonly metrics: Metrics,
  ) {}

  onApplicationBootstrap(): void {
    this.#rounds.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.#rounds.stop();
  }

  /** Everything that is waiting. @returns events told @throws RemoteError, DatabaseError: what was not confirmed comes again */
  async round(): Promise<number> {
    let count = 0;
    for (;;) {
      const changes = await this.tokens.tokenChanges(PAGE);
      for (const change of changes) await this.events.recordOnce(eventOf(change));
      if (changes.length > 0) await this.tokens.toldTokenChanges(changes);
      count += changes.length;
      if (changes.length < PAGE) return count;
    }
  }

  async #countedRound(): Promise<void> {
    try {
      await this.round();
    } catch (error) {
      this.metrics.counter('tsunagu_token_event_failures_total', 'Rounds of token events that failed').inc();
      throw error;
    }
  }
}

function eventOf(change: TokenChange): Parameters<TenantEvents['recordOnce']>[0] {
  const { id, tenantId, requestId, kind, previous, token } = change;
  const occurredAt = new Date(change.at);
  return { id, tenantId, requestId, type: TYPES[kind], occurredAt, object: TokenResponse.from(token), previous };
}
