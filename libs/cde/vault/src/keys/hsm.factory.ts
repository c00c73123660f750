import { GuardedHsm, openHsm, type HsmProvider } from '@tsunagu/hsm';
import { AppConfig, AppLogger, HealthChecks, Metrics } from '@tsunagu/platform';
import { InvariantError, type Clock } from '@tsunagu/kernel';
import { join } from 'node:path';
import { AuditAnchor } from '../audit/audit-anchor.js';

/**
 * The HSM of this process: the vault's partition of the provider that HSM_PROVIDER names, behind timeout, limit and breaker.
 * @throws HsmSetupError a variable is missing or wrong, or the provider cannot do the work; KeyStoreError
 */
export async function openVaultHsm(
  config: AppConfig,
  logger: AppLogger,
  health: HealthChecks,
  metrics: Metrics,
): Promise<HsmProvider> {
  const provider = await openHsm({
    partition: 'vault',
    mode: config.mode,
    variable: (name) => config.optional(name),
    warn: (message, { waiver, provider }) => logger.warn(message, { provider, reason: waiver }),
  });
  const failures = metrics.counter('tsunagu_vault_hsm_failures_total', 'HSM calls without an answer', ['reason']);
  const hsm = new GuardedHsm(provider, {}, (reason) => failures.inc({ reason }));
  health.register('hsm', async () => {
    const { ok, detail } = await hsm.health();
    if (!ok) throw new InvariantError('the HSM is not healthy', { detail });
  });
  return hsm;
}

/** Where the heads of the audit leave the database: `AUDIT_ANCHOR_FILE`, beside the keys when it is not set. */
export function openAuditAnchor(config: AppConfig, clock: Clock): AuditAnchor {
  const file = config.optional('AUDIT_ANCHOR_FILE') ?? join(config.hsmDir ?? '.', 'audit-anchors.jsonl');
  return new AuditAnchor(file, clock);
}
