import pg from 'pg';

const RECONNECT_MS = 500;

/** What a listener is told. Neither may throw. */
export interface NotificationEars {
  hear(payload: string): void;
  /** The channel is being heard, for the first time or again: what was said before is lost. */
  begin?(): void;
}

/** One connection that listens on one channel of PostgreSQL, and comes back when it was cut. */
export class Notifications {
  #client: pg.Client | undefined;
  #connecting: Promise<void> | undefined;
  #retry: NodeJS.Timeout | undefined;
  #isClosed = false;

  constructor(
    private readonly url: string,
    private readonly channel: string,
    private readonly ears: NotificationEars,
  ) {}

  /** Resolves when the channel is being heard; the first call opens it. @throws Error not this time, but it is tried again */
  listening(): Promise<void> {
    this.#connecting ??= this.#connect();
    return this.#connecting;
  }

  async close(): Promise<void> {
    this.#isClosed = true;
    clearTimeout(this.#retry);
    await this.#client?.end().catch(() => undefined);
  }

  async #connect(): Promise<void> {
    const client = new pg.Client({ connectionString: this.url, keepAlive: true, connectionTimeoutMillis: 5_000 });
    client.on('error', () => undefined); // `end` follows and starts the reconnect
    client.on('end', () => this.#reconnect(client));
    client.on('notification', ({ payload }) => this.ears.hear(payload ?? ''));
    this.#client = client;
    try {
      await client.connect();
      await client.query(`listen "${this.channel}"`);
    } catch (error) {
      this.#reconnect(client);
      throw error;
    }
    this.ears.begin?.();
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
