import { GuardedHsm, SoftwareHsm, type HsmProvider } from '@tsunagu/hsm';
import { InvariantError } from '@tsunagu/kernel';
import type { LinkConfig } from '@tsunagu/links';
import { AppConfig, AppLogger, ConfigError, HealthChecks } from '@tsunagu/platform';

/**
 * The switch's partition of the HSM, with the PIN keys of its links made.
 * @throws ConfigError HSM_DIR is not set; KeyStoreError production without a waiver
 */
export async function openSwitchHsm(
  config: AppConfig,
  logger: AppLogger,
  health: HealthChecks,
  links: readonly LinkConfig[],
): Promise<HsmProvider> {
  if (config.hsmDir === null) throw new ConfigError('HSM_DIR', 'must be set');
  const software = await SoftwareHsm.open({
    directory: config.hsmDir,
    partition: 'switch',
    mode: config.mode,
    waiver: config.optional('HSM_SOFTWARE_WAIVER') ?? undefined,
    warn: (message, facts) => logger.warn(message, { reason: facts['waiver'] }),
  });
  const hsm = new GuardedHsm(software);
  for (const { pin } of links) {
    if (pin !== null) await hsm.generateKey({ id: pin.key, usage: 'P0', type: 'AES128', scope: 'link-pin' });
  }
  health.register('hsm', async () => {
    if (!(await hsm.health()).ok) throw new InvariantError('the HSM is not healthy');
  });
  return hsm;
}
