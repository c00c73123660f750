import { Injectable } from '@nestjs/common';
import { HsmProvider, type KeyInfo } from '@tsunagu/hsm';
import { KeyBook } from '../inventory/key-book.repository.js';
import { KeyInventory, KeyMissingError, type KeyActor } from '../inventory/key-inventory.service.js';
import { KEY_PURPOSES } from '../inventory/key-purposes.js';
import type { KeyRecord } from '../inventory/key-record.js';
import { CeremonyInputError } from './ceremony-errors.js';
import { checkDescription, keyIdOf, type KeyDescription } from './new-key.js';

/** Keys come in pending: made inside, or wrapped by a partner. Components have a service of their own. */
@Injectable()
export class KeyArrivals {
  constructor(
    private readonly hsm: HsmProvider,
    private readonly book: KeyBook,
    readonly inventory: KeyInventory,
  ) {}

  /** Make a key inside the provider. @throws CeremonyInputError, HsmError */
  async generate(what: KeyDescription, actor: KeyActor): Promise<KeyRecord> {
    checkDescription(what);
    return this.#make(what, actor);
  }

  async #make(what: KeyDescription, actor: KeyActor): Promise<KeyRecord> {
    const version = await this.nextVersion(what);
    const { usage, algorithm: type } = what;
    const { scope } = KEY_PURPOSES[what.purpose];
    const info = await this.hsm.generateKey({ id: keyIdOf(what, version), usage, type, scope, state: 'pending' });
    return this.enter(what, version, info, { origin: 'generated', actor });
  }

  /** The next version of a key that exists, of any purpose; it takes over when it is activated. @throws KeyMissingError, CeremonyInputError, HsmError */
  async succeed(keyId: string, actor: KeyActor): Promise<KeyRecord> {
    const key = await this.book.get(keyId);
    if (key === undefined) throw new KeyMissingError();
    if (key.purpose === 'envelope') throw new CeremonyInputError('keys of envelopes change by the clock alone');
    if (key.purpose === 'tenant-kek' && key.state !== 'active') {
      throw new CeremonyInputError('name the active key of the tenant; an erased tenant has none, and gets none');
    }
    return this.#make(key, actor);
  }

  /**
   * Take in a key block of a partner: usage, mode, type and check value must be what was announced.
   * @throws CeremonyInputError, HsmError `format` one answer for every fault of the block
   */
  async importBlock(
    what: KeyDescription & { wrappingKeyId: string; keyBlock: string; kcv: string },
    actor: KeyActor,
  ): Promise<KeyRecord> {
    checkDescription(what);
    const kbpk = await this.book.get(what.wrappingKeyId);
    if (kbpk?.purpose !== 'transport') throw new CeremonyInputError('a key comes in under a transport key of ours');
    const version = await this.nextVersion(what);
    const info = await this.hsm.importKeyBlock({
      id: keyIdOf(what, version),
      scope: KEY_PURPOSES[what.purpose].scope,
      kbpk: { provider: kbpk.provider, id: kbpk.id },
      keyBlock: what.keyBlock,
      expect: { usage: what.usage, type: what.algorithm, kcv: what.kcv },
      state: 'pending',
    });
    return this.enter(what, version, info, { origin: 'key_block', actor });
  }

  nextVersion({ purpose, tenantId, zone }: KeyDescription): Promise<number> {
    return this.book.nextVersion(purpose, tenantId, zone);
  }

  /** Write down a key that its provider has just got. */
  async enter(
    { purpose, tenantId, zone }: KeyDescription,
    version: number,
    info: KeyInfo,
    how: { origin: KeyRecord['origin']; actor: KeyActor },
  ): Promise<KeyRecord> {
    const { origin, actor } = how;
    const whose = { purpose, tenantId, zone, version, origin, createdBy: actor.by };
    await this.inventory.register({ ...whose, info }, actor.requestId);
    return (await this.book.get(info.key.id))!;
  }
}
