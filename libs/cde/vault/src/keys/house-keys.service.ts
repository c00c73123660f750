import { Injectable } from '@nestjs/common';
import { HsmProvider } from '@tsunagu/hsm';
import { AppError } from '@tsunagu/kernel';
import { AppConfig } from '@tsunagu/platform';
import { KeyBook } from '../inventory/key-book.repository.js';
import { KeyInventory } from '../inventory/key-inventory.service.js';
import type { KeyRecord } from '../inventory/key-record.js';
import { KeyRing } from '../inventory/key-ring.js';
import { isPublishedKey } from './published-keys.js';
import { makeVaultKeys } from './vault-keys.js';

/** A key that everybody knows is in the key set of production mode. */
export class TestKeyError extends AppError {
  readonly code = 'test_key_in_production';
  readonly category = 'internal';

  constructor(keyId: string) {
    super('a published test key is in use; production mode does not start with it', { keyId });
  }
}

/** The keys that every vault has, made at its first start and written down. */
@Injectable()
export class HouseKeys {
  constructor(
    private readonly hsm: HsmProvider,
    private readonly inventory: KeyInventory,
    private readonly book: KeyBook,
    private readonly ring: KeyRing,
    private readonly config: AppConfig,
  ) {}

  /** @throws TestKeyError production mode with a published key; HsmError */
  async prepare(): Promise<void> {
    const isOver = new Set((await this.book.list(true)).filter(isPast).map(({ id }) => id));
    for (const key of await makeVaultKeys(this.hsm, (id) => isOver.has(id))) {
      const whose = { version: 1, tenantId: null, zone: '', origin: 'system', createdBy: 'system' } as const;
      await this.inventory.register({ ...key, ...whose }, 'start-up');
    }
    await this.ring.refresh();
    if (this.config.isProduction) await this.#refusePublished();
  }

  async #refusePublished(): Promise<void> {
    for (const { id, kcv, state } of await this.book.list(false)) {
      if (state !== 'retired' && isPublishedKey(kcv)) throw new TestKeyError(id);
    }
  }
}

function isPast({ state }: KeyRecord): boolean {
  return state === 'retired' || state === 'destroyed';
}
