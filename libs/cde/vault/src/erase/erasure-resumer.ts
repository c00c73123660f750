import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { AppLogger } from '@tsunagu/platform';
import { TenantEraser } from './tenant-eraser.service.js';

const EVERY_MS = 60_000;

/** Finishes erasures whose vault died in the middle. */
@Injectable()
export class ErasureResumer implements OnApplicationBootstrap, OnApplicationShutdown {
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly eraser: TenantEraser,
    private readonly logger: AppLogger,
  ) {}

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => void this.#resumeQuietly(), EVERY_MS);
    this.#timer.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
  }

  async #resumeQuietly(): Promise<void> {
    try {
      await this.eraser.resume();
    } catch (error) {
      this.logger.error('an approved erasure is not finished; it is tried again', { error });
    }
  }
}
