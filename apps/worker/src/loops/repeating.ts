import { type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Clock } from '@tsunagu/kernel';
import { Rounds, type AppLogger } from '@tsunagu/platform';

/** Rounds of a worker: the first one when the process is up, the last one before the database is closed. */
export abstract class Repeating implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #rounds: Rounds;

  constructor(everyMs: number, clock: Clock, logger: AppLogger) {
    const failed = (error: unknown): void =>
      logger.warn('a pass failed; the next one comes', { loop: this.constructor.name, error });
    this.#rounds = new Rounds({ everyMs, work: () => this.pass(), failed }, clock);
  }

  /** @returns true when there is more to do at once */
  protected abstract pass(): Promise<boolean>;

  onApplicationBootstrap(): void {
    this.#rounds.start('now');
  }

  beforeApplicationShutdown(): Promise<void> {
    return this.#rounds.stop();
  }

  /** One pass, or other work of the loop, whose failure nobody else hears. */
  protected async tryPass(work?: () => Promise<boolean>): Promise<void> {
    await this.#rounds.attempt(work);
  }
}
