import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { AppLogger, Metrics, Rounds } from '@tsunagu/platform';
import { CardReencryption } from './card-reencryption.service.js';

const EVERY_MS = 30_000;

/** Runs the re-encryption of old cards beside the payments. */
@Injectable()
export class ReencryptionLoop implements OnApplicationBootstrap, OnApplicationShutdown {
  readonly #rounds = new Rounds({
    everyMs: EVERY_MS,
    work: () => this.#round(),
    failed: (error) => this.logger.warn('the re-encryption of cards waits', { error }),
  });

  constructor(
    private readonly reencryption: CardReencryption,
    private readonly metrics: Metrics,
    private readonly logger: AppLogger,
  ) {}

  onApplicationBootstrap(): void {
    this.#rounds.start();
  }

  onApplicationShutdown(): Promise<void> {
    return this.#rounds.stop();
  }

  async #round(): Promise<void> {
    const { cards, isPaused } = await this.reencryption.round();
    this.metrics.counter('tsunagu_vault_reencrypted_total', 'Cards that got a new data key').inc(cards);
    if (isPaused) this.metrics.counter('tsunagu_vault_reencryption_pauses_total', 'Pauses for payments').inc();
  }
}
