import { Injectable, type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import { Clock } from '@tsunagu/kernel';
import { AppLogger, Centre, sql } from '@tsunagu/platform';

const TOUCH = sql('api_key_touch', 'select gateway.touch_api_keys($1, $2)');
/** How old "last used" may be: a key is looked at by people, to the minute. */
const FLUSH_MS = 30_000;
const KEYS_PER_FLUSH = 1_000;

/** When keys were last used: remembered here and written now and then, because a row per request would cost more than the request. */
@Injectable()
export class LastUses implements OnApplicationBootstrap, BeforeApplicationShutdown {
  #uses = new Map<string, Date>();
  readonly #stopped = new AbortController();
  #loop: Promise<void> | undefined;

  constructor(
    private readonly centre: Centre,
    private readonly clock: Clock,
    private readonly logger: AppLogger,
  ) {}

  onApplicationBootstrap(): void {
    this.#loop = this.#run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stopped.abort();
    await this.#loop;
    await this.flush();
  }

  note(keyId: string): void {
    this.#uses.set(keyId, this.clock.now());
  }

  /** Write what was noted. What cannot be written is lost: it is for people, and the next use tells again. */
  async flush(): Promise<void> {
    const uses = [...this.#uses];
    this.#uses = new Map();
    try {
      for (let from = 0; from < uses.length; from += KEYS_PER_FLUSH) {
        const some = uses.slice(from, from + KEYS_PER_FLUSH);
        await this.centre.query(TOUCH, [some.map(([id]) => id), some.map(([, at]) => at)]);
      }
    } catch (error) {
      this.logger.warn('last uses of keys could not be written', { error });
    }
  }

  async #run(): Promise<void> {
    while (!this.#stopped.signal.aborted) {
      await this.clock.sleep(FLUSH_MS, this.#stopped.signal);
      if (!this.#stopped.signal.aborted) await this.flush();
    }
  }
}
