import { Injectable } from '@nestjs/common';
import { AppLogger, Metrics } from '@tsunagu/platform';

/** What operators see of the chain: how many rows were chained, and the security events. */
@Injectable()
export class AuditWatch {
  readonly #chained;
  readonly #faults;

  constructor(
    metrics: Metrics,
    private readonly logger: AppLogger,
  ) {
    this.#chained = metrics.counter('tsunagu_vault_audit_chained_total', 'Audit rows that became part of the chain');
    this.#faults = metrics.counter(
      'tsunagu_vault_audit_faults_total',
      'Audit rows or slices that are not what was written',
    );
  }

  chained(rows: number): void {
    this.#chained.inc(rows);
  }

  /** A row whose seal is not ours, or a chain that became shorter. */
  fault(fault: string, facts: Readonly<Record<string, string | number>>): void {
    this.#faults.inc();
    this.logger.error('security event: the audit was changed', { fault, ...facts });
  }

  failed(error: unknown): void {
    this.logger.error('the audit could not be chained; the next round tries again', { error });
  }
}
