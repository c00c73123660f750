import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Secret } from '@tsunagu/kernel';
import pg from 'pg';
import { AppLogger } from '../logging/app-logger.js';
import { mapDatabaseError } from './database-errors.js';
import { withServerOptions } from './server-options.js';

/**
 * Every statement of the money path finds its rows by an index, whatever the values: one plan per connection, made once.
 * Left alone, PostgreSQL plans anew at each call, because a plan for every month looks dearer than one for this month; and a plan
 * made while a table was small would read the whole of it (docs/adr/0012).
 */
const PLAN_ONCE = '-c plan_cache_mode=force_generic_plan -c enable_seqscan=off';

/** Connections of the money path of this process, and a count of what was sent over them. */
@Injectable()
export class MoneyPool implements OnApplicationShutdown {
  /** Counted costs: they may only shrink. Tests read the differences. */
  readonly counts = { statements: 0, commits: 0, rollbacks: 0 };
  readonly #pool: pg.Pool;
  #isClosed = false;

  constructor(
    url: Secret<string>,
    private readonly logger: AppLogger,
    options: { max?: number; applicationName?: string } = {},
  ) {
    this.#pool = new pg.Pool({
      connectionString: withServerOptions(url.reveal(), PLAN_ONCE),
      max: options.max ?? 16,
      pipeline: true,
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
      idleTimeoutMillis: 60_000,
      statement_timeout: 15_000,
      idle_in_transaction_session_timeout: 30_000,
      application_name: options.applicationName ?? 'tsunagu',
    });
    // An idle connection dies when PostgreSQL restarts; without a listener that would end the process.
    this.#pool.on('error', () => this.logger.warn('an idle database connection was lost'));
    this.#pool.on('connect', (client) => client.on('error', () => undefined));
  }

  /** @throws DatabaseUnavailableError no connection can be had within five seconds */
  async connect(): Promise<pg.PoolClient> {
    try {
      return await this.#pool.connect();
    } catch (error) {
      throw mapDatabaseError(error, 'connect');
    }
  }

  async onApplicationShutdown(): Promise<void> {
    if (this.#isClosed) return;
    this.#isClosed = true;
    await this.#pool.end();
  }
}
