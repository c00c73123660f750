import { Injectable, type OnApplicationBootstrap, type OnApplicationShutdown } from '@nestjs/common';
import { DUKPT_PROFILES, EnvelopeSealer, HsmProvider, type DukptProfile } from '@tsunagu/hsm';
import { Clock, InvariantError } from '@tsunagu/kernel';
import { AppLogger } from '@tsunagu/platform';
import { TenantDataKeys } from '../token/tenant-data-keys.js';
import { makeVaultKeys } from './vault-keys.js';

/** How often expired keys are destroyed. Short against the 15 minutes that a `sad` key outlives its epoch. */
const EVERY_MS = 30_000;

/** Keeps the keys of the vault: made before the first card, the next epoch's ahead of time, the old ones destroyed on schedule. */
@Injectable()
export class KeyKeeper implements OnApplicationBootstrap, OnApplicationShutdown {
  #timer: NodeJS.Timeout | undefined;

  constructor(
    private readonly hsm: HsmProvider,
    private readonly sealer: EnvelopeSealer,
    private readonly dataKeys: TenantDataKeys,
    private readonly clock: Clock,
    private readonly logger: AppLogger,
  ) {}

  /** @throws InvariantError the provider cannot serve a device profile of this build */
  async onApplicationBootstrap(): Promise<void> {
    await this.#checkProfiles();
    await makeVaultKeys(this.hsm);
    await this.keep();
    this.#timer = setInterval(() => void this.#keepQuietly(), EVERY_MS);
    this.#timer.unref();
  }

  onApplicationShutdown(): void {
    clearInterval(this.#timer);
    this.dataKeys.wipe(0);
  }

  /** One round: destroy, then prepare. */
  async keep(): Promise<void> {
    const destroyed = await this.hsm.destroyExpired(this.clock.now());
    if (destroyed.length > 0) this.logger.log('envelope keys were destroyed on schedule', { count: destroyed.length });
    await this.sealer.prepareKeys();
    this.dataKeys.wipe();
  }

  async #keepQuietly(): Promise<void> {
    try {
      await this.keep();
    } catch (error) {
      this.logger.error('keys could not be kept; the next round tries again', { error });
    }
  }

  async #checkProfiles(): Promise<void> {
    const { dukptModes, macAlgs } = await this.hsm.capabilities();
    for (const [name, profile] of Object.entries<DukptProfile>(DUKPT_PROFILES)) {
      const { mode, mac } = profile;
      if (!dukptModes.includes(mode) || (mac !== 'none' && !macAlgs.includes(mac))) {
        throw new InvariantError('the HSM provider cannot serve a device profile', { profile: name });
      }
    }
  }
}
