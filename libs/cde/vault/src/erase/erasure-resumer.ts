import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { AppLogger, Rounds } from '@tsunagu/platform';
import { TenantEraser } from './tenant-eraser.service.js';

const EVERY_MS = 60_000;

/** Finishes erasures whose vault died in the middle. */
@Injectable()
export class ErasureResumer implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #rounds = new Rounds({
    everyMs: EVERY_MS,
    work: () => this.eraser.resume(),
    failed: (error) => this.logger.error('an approved erasure is not finished; it is tried again', { error }),
  });

  constructor(
    private readonly eraser: TenantEraser,
    private readonly logger: AppLogger,
  ) {}

  onApplicationBootstrap(): void {
    this.#rounds.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.#rounds.stop();
  }
}
