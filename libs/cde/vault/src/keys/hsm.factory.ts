import { GuardedHsm, SoftwareHsm, type HsmProvider } from '@tsunagu/hsm';
import { AppConfig, AppLogger, ConfigError, HealthChecks, Metrics } from '@tsunagu/platform';
import { InvariantError, type Clock } from '@tsunagu/kernel';
import { join } from 'node:path';
import { AuditAnchor } from '../audit/audit-anchor.js';

/**
 * The HSM of this process: the vault's partition of the software provider, behind timeout, limit and breaker.
 * @throws ConfigError HSM_DIR is not set; KeyStoreError production without a waiver
 */
export async function openVaultHsm(
  config: AppConfig,
  logger: AppLogger,
  health: HealthChecks,
  metrics: Metrics,
): Promise<HsmProvider> {
  if (config.hsmDir === null) throw new ConfigError('HSM_DIR', 'must be set');
  const software = await SoftwareHsm.open({
    directory: config.hsmDir,
    partition: 'vault',
    mode: config.mode,
    waiver: config.optional('HSM_SOFTWARE_WAIVER') ?? undefined,
    warn: (message, facts) => logger.warn(message, { reason: facts['waiver'] }),
  });
  const failures = metrics.counter('tsunagu_vault_hsm_failures_total', 'HSM calls without an answer', ['reason']);
  const hsm = new GuardedHsm(software, {}, (reason) => failures.inc({ reason }));
  health.register('hsm', async () => {
    if (!(await hsm.health()).ok) throw new InvariantError('the HSM is not healthy');
  });
  return hsm;
}

/** Where the heads of the audit leave the database: `AUDIT_ANCHOR_FILE`, beside the keys when it is not set. */
export function openAuditAnchor(config: AppConfig, clock: Clock): AuditAnchor {
  const file = config.optional('AUDIT_ANCHOR_FILE') ?? join(config.hsmDir ?? '.', 'audit-anchors.jsonl');
  return new AuditAnchor(file, clock);
}
