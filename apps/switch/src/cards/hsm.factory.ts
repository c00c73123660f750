import { GuardedHsm, openHsm, type HsmProvider } from '@tsunagu/hsm';
import { InvariantError } from '@tsunagu/kernel';
import type { LinkConfig } from '@tsunagu/links';
import { AppConfig, AppLogger, ConfigError, HealthChecks } from '@tsunagu/platform';

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
  for (const { pin } of links) if (pin !== null) await makePinKey(config, hsm, pin);
  health.register('hsm', async () => {
    if (!(await hsm.health()).ok) throw new InvariantError('the HSM is not healthy');
  });
  return hsm;
}

/** Format 4 asks for an AES key, the others for TDES. A published key is for a simulated counterpart alone. @throws ConfigError */
async function makePinKey(config: AppConfig, hsm: HsmProvider, pin: NonNullable<LinkConfig['pin']>): Promise<void> {
  const isPublished = pin.isPublished === true;
  if (isPublished && config.isProduction)
    throw new ConfigError('LINKS_FILE', 'names a published PIN key, which production mode does not use');
  const type = pin.format === 4 ? 'AES128' : 'TDES2';
  await hsm.generateKey({ id: pin.key, usage: 'P0', type, scope: 'link-pin', isPublished });
}
