import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { AppLogger, Metrics } from '@tsunagu/platform';
import { CardReencryption } from './card-reencryption.service.js';

const EVERY_MS = 30_000;

/** Runs the re-encryption of old cards beside the payments. */
@Injectable()
export class ReencryptionLoop implements OnApplicationBootstrap, OnApplicationShutdown {
  #timer: NodeJS.Timeout | undefined;
  #round: Promise<void> | undefined;

  constructor(
    private readonly reencryption: CardReencryption,
    private readonly metrics: Metrics,
    private readonly logger: AppLogger,
  ) {}

  onApplicationBootstrap(): void {
    this.#timer = setInterval(() => {
      this.#round ??= this.#roundQuietly().finally(() => (this.#round = undefined));
    }, EVERY_MS);
    this.#timer.unref();
  }

  async onApplicationShutdown(): Promise<void> {
    clearInterval(this.#timer);
    await this.#round;
  }

  async #roundQuietly(): Promise<void> {
    try {
      const { cards, isPaused } = await this.reencryption.round();
      this.metrics.counter('tsunagu_vault_reencrypted_total', 'Cards that got a new data key').inc(cards);
      if (isPaused) this.metrics.counter('tsunagu_vault_reencryption_pauses_total', 'Pauses for payments').inc();
    } catch (error) {
      this.logger.warn('the re-encryption of cards waits', { error });
    }
  }
}
