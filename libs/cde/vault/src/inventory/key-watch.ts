import { Injectable } from '@nestjs/common';
import { AppLogger, Metrics } from '@tsunagu/platform';
import type { KeyRecord } from './key-record.js';

/** What operators see of keys: alerts, never a key. */
@Injectable()
export class KeyWatch {
  readonly #ended;
  readonly #shredded;
  readonly #daysLeft;

  constructor(
    metrics: Metrics,
    private readonly logger: AppLogger,
  ) {
    this.#ended = metrics.counter(
      'tsunagu_vault_key_periods_ended_total',
      'Keys that passed their cryptoperiod while active',
    );
    this.#shredded = metrics.counter('tsunagu_vault_keys_shredded_total', 'Keys destroyed on schedule');
    this.#daysLeft = metrics.gauge('tsunagu_vault_key_days_left', 'Days until the next cryptoperiod ends');
  }

  periodEnded({ id, purpose, tenantId }: KeyRecord): void {
    this.#ended.inc();
    this.logger.error('security event: a key passed its cryptoperiod and turned decrypt-only', {
      keyId: id,
      purpose,
      tenantId: tenantId ?? undefined,
    });
  }

  shredded(count: number): void {
    if (count === 0) return;
    this.#shredded.inc(count);
    this.logger.log('keys were destroyed on schedule', { count });
  }

  nextEnd(days: number): void {
    this.#daysLeft.set(days);
  }

  ending({ id, purpose }: KeyRecord, days: number): void {
    this.logger.warn('a key will soon pass its cryptoperiod', { keyId: id, purpose, days });
  }

  failed(error: unknown): void {
    this.logger.error('keys could not be kept; the next round tries again', { error });
  }
}
