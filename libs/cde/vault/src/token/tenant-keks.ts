import { Injectable } from '@nestjs/common';
import { HsmProvider, type KeyRef } from '@tsunagu/hsm';
import { KeyInventory } from '../inventory/key-inventory.service.js';

/**
 * One key per tenant inside the HSM. It wraps the tenant's data keys below the wrapping of the house: whoever destroys it has made every
 * stored card of the tenant unreadable, in backups too, and touched nobody else.
 */
@Injectable()
export class TenantKeks {
  constructor(
    private readonly hsm: HsmProvider,
    private readonly inventory: KeyInventory,
  ) {}

  /** Name of the key; it may not exist. */
  refOf(tenantId: string): KeyRef {
    return { provider: this.hsm.name, id: `tenant-kek-${tenantId}` };
  }

  /** Make or find it; racing vaults find each other's. @throws HsmError */
  async ensure(tenantId: string): Promise<KeyRef> {
    const { id } = this.refOf(tenantId);
    const info = await this.hsm.generateKey({ id, usage: 'D0', type: 'AES256', scope: 'pan-kek' });
    const whose = { version: 1, tenantId, zone: '', origin: 'system', createdBy: 'system' } as const;
    await this.inventory.register({ purpose: 'tenant-kek', info, ...whose }, 'first-card');
    return info.key;
  }
}
