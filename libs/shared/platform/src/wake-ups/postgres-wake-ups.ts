import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Clock } from '@tsunagu/kernel';
import pg from 'pg';
import { sql } from '../database/statement.js';
import type { Centre } from '../database/centre.js';
import { Gathering } from '../queue/gathering.js';
import { WakeUps, type WakeUpHandler } from './wake-ups.js';

/** Every NOTIFY wakes all who listen in this database, on whatever channel: many payments of a rush share one commit. */
const NOTIFY = sql('wake_up_notify', 'select count(pg_notify($1, id)) from unnest($2::text[]) as id');
const LIMITS = { itemsMax: 100, burst: 4, paceMs: 25 };
const RECONNECT_MS = 500;

/** Wake-ups over LISTEN and NOTIFY, outside every transaction: a NOTIFY inside one takes a database-wide lock until commit. */
@Injectable()
export class PostgresWakeUps extends WakeUps implements OnApplicationShutdown {
  readonly #handlers = new Set<WakeUpHandler>();
  readonly #channel: string;
  readonly #nodes = new Map<string, Gathering<string>>();
  #client: pg.Client | undefined;
  #connecting: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(
    private readonly centre: Centre,
    private readonly connection: { url: string; node: string },
    private readonly clock: Clock,
  ) {
    super();
    this.#channel = channelOf(connection.node);
  }

  async publish(node: string, paymentId: string): Promise<void> {
    let gathering = this.#nodes.get(node);
    if (gathering === undefined) {
      gathering = new Gathering(this.clock, LIMITS, (ids) => this.#notify(node, ids));
      this.#nodes.set(node, gathering);
    }
    await gathering.add(paymentId);
  }

  async #notify(node: string, paymentIds: readonly string[]): Promise<void> {
    try {
      await this.centre.query(NOTIFY, [channelOf(node), paymentIds]);
    } catch {
      // A lost wake-up costs one poll.
    }
  }

  subscribe(handler: WakeUpHandler): () => void {
    this.#handlers.add(handler);
    void this.listening().catch(() => undefined);
    return () => this.#handlers.delete(handler);
  }

  listening(): Promise<void> {
    this.#connecting ??= this.#connect();
    return this.#connecting;
  }

  async onApplicationShutdown(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    await this.#client?.end().catch(() => undefined);
  }

  async #connect(): Promise<void> {
    const client = new pg.Client({
      connectionString: this.connection.url,
      keepAlive: true,
      connectionTimeoutMillis: 5_000,
    });
    client.on('error', () => undefined); // `end` follows and starts the reconnect
    client.on('end', () => this.#reconnect(client));
    client.on('notification', (notice) => this.#hear(notice.payload ?? ''));
    this.#client = client;
    try {
      await client.connect();
      await client.query(`listen "${this.#channel}"`);
    } catch (error) {
      this.#reconnect(client);
      throw error;
    }
  }

  #hear(paymentId: string): void {
    for (const handler of this.#handlers) handler(paymentId);
  }

  #reconnect(client: pg.Client): void {
    if (this.#isClosed || this.#client !== client) return;
    this.#client = undefined;
    this.#connecting = undefined;
    client.removeAllListeners('notification');
    void client.end().catch(() => undefined);
    this.#retry = setTimeout(() => void this.listening().catch(() => undefined), RECONNECT_MS);
  }
}

function channelOf(node: string): string {
  return `wake_${node.replace(/[^a-z0-9_-]/g, '')}`;
}
