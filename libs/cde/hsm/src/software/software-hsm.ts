import { type Clock, SystemClock } from '@tsunagu/kernel';
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { KEY_BYTES, decryptData, encryptData, familyOf, type CipherInput } from '../cipher/block-cipher.js';
import { initialKeyOf, usableKsn, workingKeyFromInitial, type DukptUse } from '../dukpt/working-key.js';
import { Ksn } from '../dukpt/ksn.js';
import { keyCheckValue } from '../mac/kcv.js';
import { computeMac } from '../mac/mac.js';
import { translatePinBlock, type PinKeySide } from '../pin/pin-translation.js';
import { HsmError } from '../provider/hsm-error.js';
import {
  HsmProvider,
  type Dukpt,
  type HsmCapabilities,
  type KeyInfo,
  type KeyRef,
  type MacAlg,
  type PinSide,
} from '../provider/hsm-provider.js';
import type { KeyHeader } from './key-file.js';
import { hasRight, isVisible, type HsmPartition, type KeyRight } from './key-rights.js';
import { KeyStore, KeyStoreError } from './key-store.js';

const NAME = 'software';

/** How a process opens the software HSM. */
export interface SoftwareHsmOptions {
  /** Folder of the key store, outside the database, shared by the processes of the card zone. */
  readonly directory: string;
  readonly partition: HsmPartition;
  readonly mode: 'sandbox' | 'production';
  /** Reason why a provider that is not payment grade may run in production (HSM_SOFTWARE_WAIVER). */
  readonly waiver?: string;
  /** Told once about a waiver that is in use. */
  readonly warn: (message: string, facts: Record<string, unknown>) => void;
  readonly clock?: Clock;
}

/**
 * HSM in software: the embedded default for development, tests and the sandbox. Keys rest sealed under an LMK in
 * {@link SoftwareHsmOptions.directory}; clear keys exist only inside a call and are wiped after it.
 */
export class SoftwareHsm extends HsmProvider {
  readonly name = NAME;

  private constructor(
    private readonly store: KeyStore,
    private readonly options: SoftwareHsmOptions,
  ) {
    super();
  }

  /** @throws KeyStoreError production mode without a waiver, or a key store that cannot be used */
  static async open(options: SoftwareHsmOptions): Promise<SoftwareHsm> {
    if (options.mode === 'production') {
      if (!options.waiver) {
        throw new KeyStoreError(
          'the software HSM is not for production; configure another provider, or set HSM_SOFTWARE_WAIVER to the reason',
        );
      }
      options.warn('software HSM in production under a waiver', { waiver: options.waiver });
    }
    return new SoftwareHsm(await KeyStore.at(options.directory, options.clock ?? new SystemClock()), options);
  }

  /** Wipe the keys in memory. */
  close(): void {
    this.store.close();
  }

  async capabilities(): Promise<HsmCapabilities> {
    return {
      operations: ['dukptGenerateMac', 'dukptEncrypt', 'translatePin', 'exportClearInitialKey'],
      bdkTypes: ['AES128', 'AES192', 'AES256', 'TDES2'],
      keysNeverLeave: { aesDukpt: false, tdesDukpt: false, pin: false },
      dukptModes: ['CBC', 'CTR', 'GCM'],
      macAlgs: ['AES-CMAC-16', 'AES-CMAC-8', 'HMAC-SHA256', 'RETAIL-4', 'RETAIL-8', 'TDES-CMAC-8'],
      keyBlockVersions: [],
      pinFormats: [0, 1, 3, 4],
      iso4Pan: 'full',
      maxDataBytes: 8192,
      paymentGrade: false,
    };
  }

  /** Healthy = the store can be read, and its folder answers. */
  async health(): Promise<{ ok: boolean; latencyMs: number; detail?: string }> {
    const started = performance.now();
    try {
      await this.store.names();
      return { ok: true, latencyMs: performance.now() - started };
    } catch {
      // any file system error means the same here: the key store does not answer
      return { ok: false, latencyMs: performance.now() - started, detail: 'key store unreadable' };
    }
  }

  async random(bytes: number): Promise<Buffer> {
    return randomBytes(bytes);
  }

  async dukptVerifyMac(dukpt: Dukpt, r: { alg: MacAlg; data: Buffer; mac: Buffer }): Promise<boolean> {
    const expected = await this.dukptGenerateMac(dukpt, r);
    return expected.length === r.mac.length && timingSafeEqual(expected, r.mac);
  }

  async dukptGenerateMac(dukpt: Dukpt, r: { alg: MacAlg; data: Buffer }): Promise<Buffer> {
    return this.#withWorkingKey(dukpt, 'mac', (key) => computeMac(r.alg, key, r.data), r.alg);
  }

  async dukptDecrypt(dukpt: Dukpt, r: Omit<CipherInput, 'data'> & { cipher: Buffer }): Promise<Buffer> {
    return this.#withWorkingKey(dukpt, 'data', (key) =>
      decryptData(familyOf(dukpt.keyType), key, { ...r, data: r.cipher }),
    );
  }

  async dukptEncrypt(dukpt: Dukpt, r: Omit<CipherInput, 'data'> & { plain: Buffer }): Promise<Buffer> {
    return this.#withWorkingKey(dukpt, 'data', (key) =>
      encryptData(familyOf(dukpt.keyType), key, { ...r, data: r.plain }),
    );
  }

  async translatePin(r: { in: PinSide & { block: Buffer }; out: PinSide; pan: Buffer }): Promise<{ block: Buffer }> {
    return this.#withPinKey(r.in, 'pin-in', (from) =>
      this.#withPinKey(r.out, 'pin-out', async (to) => ({ block: translatePinBlock(from, r.in.block, to, r.pan) })),
    );
  }

  async generateMac(r: { key: KeyRef; alg: MacAlg; data: Buffer; length?: number }): Promise<Buffer> {
    return this.#withKey(r.key, 'mac', (key) => {
      const mac = computeMac(r.alg, key, r.data);
      return r.length === undefined ? mac : mac.subarray(0, r.length);
    });
  }

  async encrypt(r: CipherInput & { key: KeyRef }): Promise<Buffer> {
    return this.#withKey(r.key, 'encrypt', (key, header) => {
      if (header.state !== 'active') throw denied(header.id, 'encrypt');
      return encryptData(familyOf(header.type), key, r);
    });
  }

  async decrypt(r: CipherInput & { key: KeyRef }): Promise<Buffer> {
    return this.#withKey(r.key, 'decrypt', (key, header) => decryptData(familyOf(header.type), key, r));
  }

  async generateKey(r: Parameters<HsmProvider['generateKey']>[0]): Promise<KeyInfo> {
    if (!hasRight(r.scope, this.options.partition, 'manage')) throw denied(r.id, 'generate');
    const known = await this.#headerIfThere(r.id);
    if (known === undefined) await this.#createKey(r);
    const header = known ?? (await this.store.header(r.id));
    if (header.usage !== r.usage || header.type !== r.type || header.scope !== r.scope) throw denied(r.id, 'generate');
    return infoOf(header);
  }

  override async exportClearInitialKey(r: { bdk: KeyRef; scheme: Dukpt['scheme']; ikid: string }): Promise<Buffer> {
    if (this.options.mode !== 'sandbox') throw denied(r.bdk.id, 'export');
    const ksn = Ksn.of(r.scheme, r.ikid, 0);
    if (ksn === undefined) throw new HsmError('format', 'the initial key id does not fit the scheme');
    return this.#withKey(r.bdk, 'export', (bdk) => initialKeyOf(bdk, ksn));
  }

  async keyInfo(key: KeyRef): Promise<KeyInfo> {
    return infoOf(await this.#visibleHeader(key));
  }

  async destroyKey(key: KeyRef): Promise<void> {
    const header = await this.#visibleHeader(key);
    if (!hasRight(header.scope, this.options.partition, 'manage')) throw denied(key.id, 'destroy');
    await this.store.destroy(key.id);
  }

  async destroyExpired(now: Date): Promise<string[]> {
    const { partition } = this.options;
    this.store.evictExpired();
    const ids = await this.store.expired(now, ({ scope }) => hasRight(scope, partition, 'manage'));
    for (const id of ids) await this.store.destroy(id);
    return ids;
  }

  async #createKey(r: Parameters<HsmProvider['generateKey']>[0]): Promise<void> {
    const key = randomBytes(KEY_BYTES[r.type]);
    const { id, usage, type, scope } = r;
    const expiresAt = r.expiresAt?.toISOString() ?? null;
    try {
      await this.store.create(
        { version: 1, id, usage, type, scope, state: r.state ?? 'active', kcv: keyCheckValue(type, key), expiresAt },
        key,
      );
    } finally {
      key.fill(0);
    }
  }

  async #withWorkingKey<T>(dukpt: Dukpt, use: DukptUse, work: (key: Buffer) => T, mac?: MacAlg): Promise<T> {
    const ksn = usableKsn(dukpt.scheme, dukpt.ksn);
    return this.#withKey(dukpt.bdk, 'derive', (bdk) => {
      const initialKey = initialKeyOf(bdk, ksn);
      try {
        return wiping(workingKeyFromInitial(initialKey, ksn, use, dukpt, mac), work);
      } finally {
        initialKey.fill(0);
      }
    });
  }

  async #withPinKey<T>(side: PinSide, right: 'pin-in' | 'pin-out', work: (side: PinKeySide) => Promise<T>): Promise<T> {
    const { key, family } = await this.#pinKey(side, right);
    try {
      return await work({ key, family, format: side.format });
    } finally {
      key.fill(0);
    }
  }

  /** A copy that `#withPinKey` wipes. */
  async #pinKey(side: PinSide, right: 'pin-in' | 'pin-out'): Promise<Pick<PinKeySide, 'key' | 'family'>> {
    if (side.dukpt !== undefined) {
      const key = await this.#withWorkingKey(side.dukpt, 'pin', (bytes) => Buffer.from(bytes));
      return { key, family: familyOf(side.dukpt.keyType) };
    }
    if (side.key === undefined) throw new HsmError('unsupported', 'a PIN translation needs a key on both sides');
    return this.#withKey(side.key, right, (bytes, { type }) => ({ key: Buffer.from(bytes), family: familyOf(type) }));
  }

  async #withKey<T>(ref: KeyRef, right: KeyRight, use: (key: Buffer, header: KeyHeader) => T): Promise<T> {
    return this.store.withKey(ref.id, (key, header) => {
      this.#checkVisible(header);
      if (!hasRight(header.scope, this.options.partition, right)) throw denied(ref.id, right);
      if (header.state === 'pending' || header.state === 'retired') throw denied(ref.id, right);
      return use(key, header);
    });
  }

  async #visibleHeader(key: KeyRef): Promise<KeyHeader> {
    const header = await this.store.header(key.id);
    this.#checkVisible(header);
    return header;
  }

  #checkVisible(header: KeyHeader): void {
    if (!isVisible(header.scope, this.options.partition))
      throw new HsmError('key_unknown', 'no such key', { key: header.id });
  }

  async #headerIfThere(id: string): Promise<KeyHeader | undefined> {
    try {
      return await this.store.header(id);
    } catch (error) {
      if (error instanceof HsmError && error.reason === 'key_unknown') return undefined;
      throw error;
    }
  }
}

function infoOf(header: KeyHeader): KeyInfo {
  const { id, usage, type, scope, state, kcv, expiresAt } = header;
  return {
    key: { provider: NAME, id },
    usage,
    type,
    scope,
    state,
    kcv,
    expiresAt: expiresAt === null ? null : new Date(expiresAt),
  };
}

function wiping<T>(key: Buffer, work: (key: Buffer) => T): T {
  try {
    return work(key);
  } finally {
    key.fill(0);
  }
}

function denied(key: string, operation: string): HsmError {
  return new HsmError('usage_denied', 'this key may not be used like that', { key, operation });
}
