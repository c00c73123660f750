import { type Clock, SystemClock } from '@tsunagu/kernel';
import { randomBytes, timingSafeEqual } from 'node:crypto';
import { KEY_BYTES, decryptData, encryptData, familyOf, type CipherInput } from '../cipher/block-cipher.js';
import { BaseCiphers } from '../cipher/base-ciphers.js';
import { RecentTransactionKeys } from '../dukpt/recent-transaction-keys.js';
import { initialKeyOf, transactionKeyOf, usableKsn, workingKeyOf, type DukptUse } from '../dukpt/working-key.js';
import { Ksn } from '../dukpt/ksn.js';
import { keyCheckValue } from '../mac/kcv.js';
import { computeMac } from '../mac/mac.js';
import { isCardValue } from '../card-value/card-value.js';
import { secretBuffer } from '../cipher/secret-buffer.js';
import { checkCryptogram } from '../emv/cryptogram.js';
import { KeyBlockError } from '../key-block/key-block-error.js';
import { openBlock, sealBlock, sealInitialKey } from './key-blocks.js';
import { translatePinBlock, type PinKeySide } from '../pin/pin-translation.js';
import { HsmError } from '../provider/hsm-error.js';
import {
  HsmProvider,
  type ArqcCheck,
  type CardValueCheck,
  type DataSide,
  type KeyBlockImport,
  type KeyComponents,
  type KeyScope,
  type KeyState,
  type Dukpt,
  type HsmCapabilities,
  type KeyInfo,
  type KeyRef,
  type MacAlg,
  type PinSide,
} from '../provider/hsm-provider.js';
import type { KeyHeader } from './key-file.js';
import { hasRight, isVisible, stateAllows, type HsmPartition, type KeyRight } from './key-rights.js';
import { KeyStore, KeyStoreError, type MasterKeySource } from './key-store.js';
import { publishedPinKey } from './published-pin-key.js';

const NAME = 'software';
/** The states of a key in the order of its life. */
const LIFE: readonly KeyState[] = ['pending', 'active', 'decrypt-only', 'retired'];

/** What is known of a key before it has bytes. */
type NewKey = Parameters<HsmProvider['generateKey']>[0] & Pick<KeyHeader, 'exportability'>;

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
  /**
   * Who keeps the master key of the store, when it is not a file beside the keys: a key service that wraps it. The store then
   * is that provider's, who answers for its grade, and needs no waiver of its own.
   */
  readonly masterKey?: MasterKeySource;
}

/**
 * HSM in software: the embedded default for development, tests and the sandbox. Keys rest sealed under an LMK in
 * {@link SoftwareHsmOptions.directory}; clear keys exist only inside a call and are wiped after it.
 */
export class SoftwareHsm extends HsmProvider {
  readonly name = NAME;
  readonly #transactions = new RecentTransactionKeys();
  readonly #bases = new BaseCiphers();

  private constructor(
    private readonly store: KeyStore,
    private readonly options: SoftwareHsmOptions,
  ) {
    super();
  }

  /** @throws KeyStoreError production mode without a waiver, or a key store that cannot be used */
  static async open(options: SoftwareHsmOptions): Promise<SoftwareHsm> {
    if (options.mode === 'production' && options.masterKey === undefined) {
      if (!options.waiver) {
        throw new KeyStoreError(
          'the software HSM is not for production; configure another provider, or set HSM_SOFTWARE_WAIVER to the reason',
        );
      }
      options.warn('software HSM in production under a waiver', { waiver: options.waiver });
    }
    const { directory, clock = new SystemClock(), masterKey } = options;
    return new SoftwareHsm(await KeyStore.at(directory, clock, masterKey), options);
  }

  /** Wipe the keys in memory. */
  override close(): void {
    this.#transactions.clear();
    this.store.close();
  }

  async capabilities(): Promise<HsmCapabilities> {
    return {
      operations: [
        'dukptGenerateMac',
        'dukptEncrypt',
        'translatePin',
        'verifyArqc',
        'verifyCardValue',
        'reEncrypt',
        'importKeyBlock',
        'exportKeyBlock',
        'importComponents',
        'exportInitialKey',
        ...(this.options.mode === 'sandbox' ? (['exportClearInitialKey'] as const) : []),
        'setKeyState',
      ],
      bdkTypes: ['AES128', 'AES192', 'AES256', 'TDES2'],
      keysNeverLeave: { aesDukpt: false, tdesDukpt: false, pin: false },
      dukptModes: ['CBC', 'CTR', 'GCM'],
      macAlgs: ['AES-CMAC-16', 'AES-CMAC-8', 'HMAC-SHA256', 'RETAIL-4', 'RETAIL-8', 'TDES-CMAC-8'],
      keyBlockVersions: ['B', 'D'],
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
    return this.#withWorkingKey(dukpt, 'mac', (key) => isMac(computeMac(r.alg, key, r.data), r.mac), r.alg);
  }

  async dukptGenerateMac(dukpt: Dukpt, r: { alg: MacAlg; data: Buffer }): Promise<Buffer> {
    return this.#withWorkingKey(dukpt, 'mac', (key) => computeMac(r.alg, key, r.data), r.alg);
  }

  async dukptDecrypt(dukpt: Dukpt, r: Omit<CipherInput, 'data'> & { cipher: Buffer }): Promise<Buffer> {
    const { mode, iv, aad, cipher: data } = r; // named: a spread costs as much as a block of AES
    return this.#withWorkingKey(dukpt, 'data', (key) =>
      decryptData(familyOf(dukpt.keyType), key, { mode, iv, aad, data }),
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
    return this.#withKey(r.key, 'encrypt', (key, header) => encryptData(familyOf(header.type), key, r));
  }

  async decrypt(r: CipherInput & { key: KeyRef }): Promise<Buffer> {
    return this.#withKey(r.key, 'decrypt', (key, header) => decryptData(familyOf(header.type), key, r));
  }

  async generateKey(r: Parameters<HsmProvider['generateKey']>[0]): Promise<KeyInfo> {
    this.#checkManage(r.scope, r.id);
    const known = await this.#headerIfThere(r.id);
    if (known === undefined) await this.#createKey(r);
    const header = known ?? (await this.store.header(r.id));
    if (header.usage !== r.usage || header.type !== r.type || header.scope !== r.scope) throw denied(r.id, 'generate');
    return infoOf(header);
  }

  override async exportClearInitialKey(r: { bdk: KeyRef; scheme: Dukpt['scheme']; ikid: string }): Promise<Buffer> {
    if (this.options.mode !== 'sandbox') throw denied(r.bdk.id, 'export');
    const ksn = initialKsn(r);
    return this.#withKey(r.bdk, 'export', (bdk) => initialKeyOf(bdk, ksn));
  }

  override async verifyArqc(r: ArqcCheck): Promise<{ valid: boolean; arpc?: Buffer }> {
    const [atc, un] = [hexBytes(r.atc), r.un === undefined ? undefined : hexBytes(r.un)];
    return this.#withKey(r.key, 'verify-card', (key) => checkCryptogram(key, { ...r, atc, un }));
  }

  override async verifyCardValue(r: CardValueCheck): Promise<boolean> {
    const [atc, un] = [r.atc, r.un].map((hex) => (hex === undefined ? undefined : hexBytes(hex)));
    return this.#withKey(r.key, 'verify-card', (key) => isCardValue(key, { ...r, atc, un }, r.value));
  }

  override async reEncrypt(r: { from: DataSide; to: DataSide & { key: KeyRef }; cipher: Buffer }): Promise<Buffer> {
    const { dukpt, key } = r.from;
    if ((dukpt === undefined) === (key === undefined)) {
      throw new HsmError('unsupported', 'a re-encryption comes from one key');
    }
    const plain =
      dukpt === undefined
        ? await this.decrypt({ ...r.from, key: key!, data: r.cipher })
        : await this.dukptDecrypt(dukpt, { ...r.from, cipher: r.cipher });
    try {
      return await this.encrypt({ ...r.to, data: plain });
    } finally {
      plain.fill(0);
    }
  }

  override async importKeyBlock(r: KeyBlockImport): Promise<KeyInfo> {
    this.#checkManage(r.scope, r.id);
    const { key, ...what } = await this.#withKey(r.kbpk, 'unwrap', (kbpk) => openBlock(kbpk, r));
    return this.#store({ ...r, usage: r.expect.usage, ...what }, key);
  }

  override async importComponents(r: KeyComponents): Promise<KeyInfo> {
    this.#checkManage(r.scope, r.id);
    if (r.components.length < 2) throw new HsmError('format', 'a key in the clear comes in two components at least');
    const key = secretBuffer(KEY_BYTES[r.type]);
    try {
      for (const component of r.components) {
        const part = await this.decrypt({ key: r.sealedBy, mode: 'GCM', ...component });
        const isWhole = part.length === key.length;
        for (let i = 0; i < key.length; i += 1) key[i]! ^= part[i] ?? 0;
        part.fill(0);
        if (!isWhole) throw new HsmError('format', 'a component has a wrong length');
      }
    } catch (error) {
      key.fill(0);
      throw error;
    }
    return this.#store(r, key);
  }

  override async exportKeyBlock(r: { kbpk: KeyRef; key: KeyRef; version: 'B' | 'D' }): Promise<string> {
    const { key, header } = await this.#withKey(r.key, 'export', (bytes, known) => {
      if (known.exportability === 'N') throw denied(known.id, 'export');
      return { key: Buffer.from(bytes), header: known };
    });
    return this.#wrap(r.kbpk, key, (kbpk) => sealBlock(kbpk, r.version, header, key));
  }

  override async exportInitialKey(r: {
    bdk: KeyRef;
    scheme: Dukpt['scheme'];
    ikid: string;
    kbpk: KeyRef;
  }): Promise<string> {
    const ksn = initialKsn(r);
    const { key, type } = await this.#withKey(r.bdk, 'export', (bdk, header) => ({
      key: initialKeyOf(bdk, ksn),
      type: header.type,
    }));
    return this.#wrap(r.kbpk, key, (kbpk, { type: wrapping }) =>
      sealInitialKey(kbpk, familyOf(wrapping) === 'AES' ? 'D' : 'B', ksn, { type }, key),
    );
  }

  override async setKeyState(key: KeyRef, state: Exclude<KeyState, 'destroyed'>): Promise<KeyInfo> {
    const known = await this.#visibleHeader(key);
    this.#checkManage(known.scope, key.id);
    if (known.state === state) return infoOf(known);
    return infoOf(
      await this.store.update(key.id, (header) => {
        if (LIFE.indexOf(state) < LIFE.indexOf(header.state)) throw denied(key.id, state);
        return { ...header, state };
      }),
    );
  }

  async keyInfo(key: KeyRef): Promise<KeyInfo> {
    return infoOf(await this.#visibleHeader(key));
  }

  async destroyKey(key: KeyRef): Promise<void> {
    const header = await this.#visibleHeader(key);
    this.#checkManage(header.scope, key.id);
    this.#transactions.clear();
    await this.store.destroy(key.id);
  }

  async destroyExpired(now: Date): Promise<string[]> {
    const { partition } = this.options;
    this.store.evictExpired();
    const ids = await this.store.expired(now, ({ scope }) => hasRight(scope, partition, 'manage'));
    for (const id of ids) await this.store.destroy(id);
    return ids;
  }

  async #createKey(r: NewKey): Promise<boolean> {
    if (r.isPublished !== true) return this.#keep(r, randomBytes(KEY_BYTES[r.type]));
    if (this.options.mode !== 'sandbox') throw denied(r.id, 'generate');
    return this.#keep(r, publishedPinKey(r.type));
  }

  /** Take in a key that came from outside; the same key under the same id again is the same key. Wipes it. */
  async #store(r: NewKey, key: Buffer): Promise<KeyInfo> {
    const kcv = keyCheckValue(r.type, key);
    if (!(await this.#keep(r, key))) {
      const { usage, type, scope, kcv: known } = await this.store.header(r.id);
      if (usage !== r.usage || type !== r.type || scope !== r.scope || known !== kcv) throw denied(r.id, 'import');
    }
    return infoOf(await this.store.header(r.id));
  }

  async #keep({ id, usage, type, scope, state, expiresAt, exportability }: NewKey, key: Buffer): Promise<boolean> {
    const life = { state: state ?? 'active', expiresAt: expiresAt?.toISOString() ?? null } as const;
    const kcv = keyCheckValue(type, key);
    const limits = exportability === undefined ? {} : { exportability };
    try {
      return await this.store.create({ version: 1, id, usage, type, scope, kcv, ...life, ...limits }, key);
    } finally {
      key.fill(0);
    }
  }

  /** Use a wrapping key on a key that left the store, and wipe that one. */
  async #wrap(kbpk: KeyRef, key: Buffer, seal: (kbpk: Buffer, header: KeyHeader) => string): Promise<string> {
    try {
      return await this.#withKey(kbpk, 'wrap', seal);
    } catch (error) {
      if (error instanceof KeyBlockError) throw denied(kbpk.id, 'wrap');
      throw error;
    } finally {
      key.fill(0);
    }
  }

  #checkManage(scope: KeyScope, id: string): void {
    if (!hasRight(scope, this.options.partition, 'manage')) throw denied(id, 'manage');
  }

  #withWorkingKey<T>(dukpt: Dukpt, use: DukptUse, work: (key: Buffer) => T, mac?: MacAlg): T | Promise<T> {
    return this.#withKey(dukpt.bdk, 'derive', (bdk, { id }) =>
      this.#transactions.use(
        id,
        dukpt.scheme,
        dukpt.ksn,
        () => {
          const ksn = usableKsn(dukpt.scheme, dukpt.ksn);
          return { ksn, key: transactionKeyOf(bdk, ksn, this.#bases) };
        },
        (key, ksn) => wiping(workingKeyOf(key, ksn, use, dukpt, mac), work),
      ),
    );
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

  /** At once when the key is in memory: a card asks twice, and every turn of the event loop is paid for. */
  #withKey<T>(ref: KeyRef, right: KeyRight, use: (key: Buffer, header: KeyHeader) => T): T | Promise<T> {
    const open = this.store.inMemory(ref.id);
    // a state that refuses may be old: another process activates keys, and nobody shall be refused what is allowed by now
    if (open === undefined || !stateAllows(open.header.state, right)) return this.#withFreshKey(ref, right, use);
    return this.#allowed(open.header, right, () => use(open.key, open.header));
  }

  async #withFreshKey<T>(ref: KeyRef, right: KeyRight, use: (key: Buffer, header: KeyHeader) => T): Promise<T> {
    if (!stateAllows((await this.store.header(ref.id)).state, right)) this.store.forget(ref.id);
    return this.store.withKey(ref.id, (key, header) => this.#allowed(header, right, () => use(key, header)));
  }

  #allowed<T>(header: KeyHeader, right: KeyRight, use: () => T): T {
    this.#checkVisible(header);
    if (!hasRight(header.scope, this.options.partition, right)) throw denied(header.id, right);
    if (!stateAllows(header.state, right)) throw denied(header.id, right);
    return use();
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

function initialKsn({ scheme, ikid }: { scheme: Dukpt['scheme']; ikid: string }): Ksn {
  const ksn = Ksn.of(scheme, ikid, 0);
  if (ksn === undefined) throw new HsmError('format', 'the initial key id does not fit the scheme');
  return ksn;
}

function hexBytes(hex: string): Buffer {
  if (!/^([0-9A-Fa-f]{2})+$/.test(hex)) throw new HsmError('format', 'a counter or number is not hex');
  return Buffer.from(hex, 'hex');
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

function isMac(expected: Buffer, mac: Buffer): boolean {
  return expected.length === mac.length && timingSafeEqual(expected, mac);
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
