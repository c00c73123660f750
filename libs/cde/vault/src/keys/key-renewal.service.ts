import { Injectable } from '@nestjs/common';
import { HsmProvider } from '@tsunagu/hsm';
import { Clock } from '@tsunagu/kernel';
import { keyIdOf } from '../ceremony/new-key.js';
import { KeyBook } from '../inventory/key-book.repository.js';
import { KeyInventory } from '../inventory/key-inventory.service.js';
import { KEY_PURPOSES } from '../inventory/key-purposes.js';
import type { KeyRecord } from '../inventory/key-record.js';

const DAY_MS = 86_400_000;
const AHEAD_DAYS = Math.max(...Object.values(KEY_PURPOSES).map(({ renewedDaysBefore }) => renewedDaysBefore ?? 0));
const ACTOR = { by: 'system', requestId: 'cryptoperiod' } as const;

/**
 * The house changes its own keys ahead of the end of their periods: a successor is made in the HSM and takes over, and the old one turns
 * decrypt-only. Nobody sees them, so there is nothing that two people would have to split. @source PCI DSS v4.0.1 requirement 3.7.4
 */
@Injectable()
export class KeyRenewal {
  constructor(
    private readonly hsm: HsmProvider,
    private readonly inventory: KeyInventory,
    private readonly book: KeyBook,
    private readonly clock: Clock,
  ) {}

  /** One round; two vaults may do it at once. @returns keys that got a successor. @throws HsmError, DatabaseError */
  async round(): Promise<number> {
    const nowMs = this.clock.now().getTime();
    let count = 0;
    for (const record of await this.book.ending(new Date(nowMs + AHEAD_DAYS * DAY_MS))) {
      const days = KEY_PURPOSES[record.purpose].renewedDaysBefore;
      const isDue = days !== null && record.validUntil!.getTime() - days * DAY_MS <= nowMs;
      if (isDue && record.state === 'active') count += (await this.#succeed(record)) ? 1 : 0;
    }
    return count;
  }

  /** Every vault arrives at the same name, so all of them make the same key, once. */
  async #succeed(record: KeyRecord): Promise<boolean> {
    const { purpose, usage, algorithm: type, tenantId, zone } = record;
    for (let version = record.version + 1; ; version += 1) {
      const id = keyIdOf(record, version);
      const known = await this.book.get(id);
      if (known?.state === 'active') return false; // another vault, or two custodians, were first
      if (known !== undefined && !(known.state === 'pending' && known.createdBy === ACTOR.by)) continue; // somebody else's
      const info = await this.hsm.generateKey({
        id,
        usage,
        type,
        scope: KEY_PURPOSES[purpose].scope,
        state: 'pending',
      });
      const whose = { purpose, version, tenantId, zone, origin: 'system', createdBy: ACTOR.by } as const;
      await this.inventory.register({ ...whose, info }, ACTOR.requestId);
      await this.inventory.activate(id, ACTOR);
      return true;
    }
  }
}
