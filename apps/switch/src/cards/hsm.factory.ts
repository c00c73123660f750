import { GuardedHsm, openHsm, type HsmProvider } from '@tsunagu/hsm';
import { InvariantError } from '@tsunagu/kernel';
import type { LinkConfig } from '@tsunagu/links';
import { AppConfig, AppLogger, HealthChecks } from '@tsunagu/platform';

/**
 * The switch's partition of the HSM, with the PIN keys of its links made.
 * @throws HsmSetupError a variable is missing or wrong, or the provider cannot do the work; KeyStoreError
 */
export async function openSwitchHsm(
  config: AppConfig,
  logger: AppLogger,
  health: HealthChecks,
  links: readonly LinkConfig[],
): Promise<HsmProvider> {
  const provider = await openHsm({
    partition: 'switch',
    mode: config.mode,
    variable: (name) => config.optional(name),
    warn: (message, { waiver, provider }) => logger.warn(message, { provider, reason: waiver }),
  });
  const hsm = new GuardedHsm(provider);
  for (const { pin } of links) {
    if (pin !== null) await hsm.generateKey({ id: pin.key, usage: 'P0', type: 'AES128', scope: 'link-pin' });
  }
  health.register('hsm', async () => {
    if (!(await hsm.health()).ok) throw new InvariantError('the HSM is not healthy');
  });
  return hsm;
}
