import { Injectable } from '@nestjs/common';
import { HsmProvider, type KeyRef } from '@tsunagu/hsm';
import { KeyBook } from '../inventory/key-book.repository.js';
import { KeyInventory } from '../inventory/key-inventory.service.js';

/**
 * One key per tenant inside the HSM, of which the active version wraps the tenant's data keys below the wrapping of the house: whoever
 * destroys all its versions has made every stored card of the tenant unreadable, in backups too, and touched nobody else.
 */
@Injectable()
export class TenantKeks {
  constructor(
    private readonly hsm: HsmProvider,
    private readonly book: KeyBook,
    private readonly inventory: KeyInventory,
  ) {}

  /** A version that a stored row names; it may not exist any more. */
  refOf(id: string): KeyRef {
    return { provider: this.hsm.name, id };
  }

  /** The version that wraps now; the first one is made here, and racing vaults find each other's. @throws HsmError, DatabaseError */
  async current(tenantId: string): Promise<KeyRef> {
    const active = await this.book.active('tenant-kek', tenantId, '');
    if (active !== undefined) return this.refOf(active.id);
    const id = `tenant-kek-${tenantId}`;
    const info = await this.hsm.generateKey({ id, usage: 'D0', type: 'AES256', scope: 'pan-kek' });
    const whose = { version: 1, tenantId, zone: '', origin: 'system', createdBy: 'system' } as const;
    await this.inventory.register({ purpose: 'tenant-kek', info, ...whose }, 'first-card');
    return info.key;
  }
}
