import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import type { Clock } from '@tsunagu/kernel';
import type { Centre } from '../database/centre.js';
import { Notifications } from '../database/notifications.js';
import { sql } from '../database/statement.js';
import { Gathering } from '../queue/gathering.js';
import { WakeUps, type WakeUpHandler } from './wake-ups.js';

/** Every NOTIFY wakes all who listen in this database, on whatever channel: many payments of a rush share one commit. */
const NOTIFY = sql('wake_up_notify', 'select count(pg_notify($1, id)) from unnest($2::text[]) as id');
const LIMITS = { itemsMax: 100, burst: 4, paceMs: 25 };

/** Wake-ups over LISTEN and NOTIFY, outside every transaction: a NOTIFY inside one takes a database-wide lock until commit. */
@Injectable()
export class PostgresWakeUps extends WakeUps implements OnApplicationShutdown {
  readonly #handlers = new Set<WakeUpHandler>();
  readonly #nodes = new Map<string, Gathering<string>>();
  readonly #notifications: Notifications;

  constructor(
    private readonly centre: Centre,
    connection: { url: string; node: string },
    private readonly clock: Clock,
  ) {
    super();
    this.#notifications = new Notifications(connection.url, channelOf(connection.node), {
      hear: (paymentId) => {
        for (const handler of this.#handlers) handler(paymentId);
      },
    });
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
    return this.#notifications.listening();
  }

  onApplicationShutdown(): Promise<void> {
    return this.#notifications.close();
  }
}

function channelOf(node: string): string {
  return `wake_${node.replace(/[^a-z0-9_-]/g, '')}`;
}
