import { type BeforeApplicationShutdown, type OnApplicationBootstrap } from '@nestjs/common';
import type { Clock } from '@tsunagu/kernel';
import type { AppLogger } from '@tsunagu/platform';

/** Work that is done again and again, never twice at once; a pass that fails is logged and the next one comes. */
export abstract class Repeating implements OnApplicationBootstrap, BeforeApplicationShutdown {
  readonly #stopped = new AbortController();
  #running: Promise<void> | undefined;

  constructor(
    private readonly pauseMs: number,
    private readonly clock: Clock,
    private readonly logger: AppLogger,
  ) {}

  /** @returns true when there is more to do at once */
  protected abstract pass(): Promise<boolean>;

  onApplicationBootstrap(): void {
    this.#running = this.#run();
  }

  async beforeApplicationShutdown(): Promise<void> {
    this.#stopped.abort();
    await this.#running;
  }

  async #run(): Promise<void> {
    const { signal } = this.#stopped;
    while (!signal.aborted) {
      const isMore = await this.tryPass();
      if (!isMore) await this.clock.sleep(this.pauseMs, signal);
    }
  }

  /** One pass, or other work of the loop, whose failure nobody else hears. @returns what it returned; false when it failed */
  protected async tryPass(work: () => Promise<boolean> = () => this.pass()): Promise<boolean> {
    try {
      return await work();
    } catch (error) {
      this.logger.warn('a pass failed; the next one comes', { loop: this.constructor.name, error });
      return false;
    }
  }
}
