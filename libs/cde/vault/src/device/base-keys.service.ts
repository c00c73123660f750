import { Injectable } from '@nestjs/common';
import { HsmProvider, type DukptProfile, type KeyRef } from '@tsunagu/hsm';
import { AppConfig } from '@tsunagu/platform';
import { KeyBook } from '../inventory/key-book.repository.js';
import { KeyInventory } from '../inventory/key-inventory.service.js';
import { bdkOf } from '../keys/vault-keys.js';
import { BaseKeyMissingError, DeviceUnservedError } from '../vault-errors.js';

/** Base derivation keys by tenant and zone (scheme and maker): new devices get theirs from the active one, older ones go on with theirs. */
@Injectable()
export class BaseKeys {
  constructor(
    private readonly hsm: HsmProvider,
    private readonly book: KeyBook,
    private readonly inventory: KeyInventory,
    private readonly config: AppConfig,
  ) {}

  /** Refuse a reader before anything is made for it. @throws DeviceUnservedError with the reason; HsmError */
  async checkServed(profile: DukptProfile): Promise<void> {
    const lack = await this.hsm.lackFor(profile);
    if (lack !== undefined) throw new DeviceUnservedError(this.hsm.name, lack);
  }

  /**
   * The base key for a new device. The sandbox makes the first one by itself; in production two custodians bring it.
   * @throws BaseKeyMissingError no active one, or one of another type than the profile needs
   * @throws DeviceUnservedError this HSM cannot serve the profile
   */
  async forEnrolment(tenantId: string, zone: string, profile: DukptProfile, requestId: string): Promise<KeyRef> {
    await this.checkServed(profile);
    const active = await this.book.active('bdk', tenantId, zone);
    if (active !== undefined) {
      if (active.algorithm !== profile.bdkType) throw new BaseKeyMissingError();
      return { provider: active.provider, id: active.id };
    }
    const isFirst = (await this.book.nextVersion('bdk', tenantId, zone)) === 1;
    if (this.config.isProduction || !isFirst || zone !== profile.scheme.toLowerCase()) throw new BaseKeyMissingError();
    const { id } = bdkOf(this.hsm, tenantId, profile.scheme);
    const info = await this.hsm.generateKey({ id, usage: 'B0', type: profile.bdkType, scope: 'bdk' });
    const whose = { purpose: 'bdk', version: 1, tenantId, zone, origin: 'system', createdBy: 'system' } as const;
    await this.inventory.register({ ...whose, info }, requestId);
    return info.key;
  }
}
