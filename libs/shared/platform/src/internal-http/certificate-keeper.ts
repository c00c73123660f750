import type { OnApplicationShutdown } from '@nestjs/common';
import type { Clock } from '@tsunagu/kernel';
import type { AppLogger } from '../logging/app-logger.js';
import type { Metrics } from '../metrics/metrics.js';
import { CertificateError, type HouseCertificate } from './house-certificate.js';

/** Files of a secret change rarely; whoever takes a certificate away expects it to be gone within a minute. */
const LOOK_EVERY_MS = 10_000;

/** Looks after the certificate of this process: takes up new files, and shows operators when it ends. */
export class CertificateKeeper implements OnApplicationShutdown {
  readonly #timer: NodeJS.Timeout;
  readonly #expires;
  readonly #reloads;

  constructor(
    private readonly certificate: HouseCertificate,
    private readonly clock: Clock,
    private readonly logger: AppLogger,
    metrics: Metrics,
    everyMs = LOOK_EVERY_MS,
  ) {
    this.#expires = metrics.gauge('tsunagu_tls_certificate_expires_seconds', 'End of our certificate, Unix time');
    this.#reloads = metrics.counter('tsunagu_tls_reloads_total', 'Changes of our certificate files', ['result']);
    this.#show();
    this.#timer = setInterval(() => this.look(), everyMs);
    this.#timer.unref();
  }

  /** One look at the files. Files that cannot be used are reported, and the old certificate stays. */
  look(): void {
    try {
      if (!this.certificate.refresh(this.clock.now())) return;
      this.#reloads.inc({ result: 'changed' });
      this.logger.log('the certificate of this process was changed', { expiresAt: this.certificate.expiresAt });
      this.#show();
    } catch (error) {
      if (!(error instanceof CertificateError)) throw error;
      this.#reloads.inc({ result: 'refused' });
      this.logger.error('changed certificate files cannot be used; the old ones stay in use', { error });
    }
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
  }

  #show(): void {
    this.#expires.set(Math.floor(this.certificate.expiresAt.getTime() / 1000));
  }
}
