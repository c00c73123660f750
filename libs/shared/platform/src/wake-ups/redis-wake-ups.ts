import { Injectable, type OnApplicationShutdown } from '@nestjs/common';
import { Redis } from 'ioredis';
import { WakeUps, type WakeUpHandler } from './wake-ups.js';

/** Wake-ups over Redis PUBLISH and SUBSCRIBE; ioredis reconnects and subscribes again by itself. */
@Injectable()
export class RedisWakeUps extends WakeUps implements OnApplicationShutdown {
  readonly #handlers = new Set<WakeUpHandler>();
  readonly #publisher: Redis;
  readonly #subscriber: Redis;
  readonly #channel: string;
  #listening: Promise<void> | undefined;

  constructor(connection: { url: string; node: string }) {
    super();
    this.#channel = `wake:${connection.node}`;
    this.#publisher = new Redis(connection.url, { lazyConnect: true, maxRetriesPerRequest: 1 });
    this.#subscriber = new Redis(connection.url, { lazyConnect: true, maxRetriesPerRequest: null });
    for (const client of [this.#publisher, this.#subscriber]) client.on('error', () => undefined);
    this.#subscriber.on('message', (_channel, paymentId) => {
      for (const handler of this.#handlers) handler(paymentId);
    });
  }

  async publish(node: string, paymentId: string): Promise<void> {
    try {
      await this.#publisher.publish(`wake:${node}`, paymentId);
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
    this.#listening ??= this.#subscriber.subscribe(this.#channel).then(() => undefined);
    return this.#listening;
  }

  onApplicationShutdown(): void {
    this.#publisher.disconnect();
    this.#subscriber.disconnect();
  }
}
