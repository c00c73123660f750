import {
  HsmError,
  KEY_BYTES,
  profileLack,
  type ArqcCheck,
  type CardValueCheck,
  type Dukpt,
  type DukptProfile,
  type HsmCapabilities,
  type HsmOperation,
  type HsmProvider,
  type KeyRef,
  type KeyScope,
  type KeyType,
  type KeyUsage,
  type MacAlg,
  type PinSide,
} from '@tsunagu/hsm/primitives';
import type { Verdict } from './family.js';
import type {
  ClearKeyBlock,
  ClearPinSide,
  ConformanceTarget,
  DukptMessage,
  ImportedKeyBlock,
  StoredMac,
} from './target.js';
import { CaseFailure, same } from './vector-case.js';

/** A clear key on its way into a provider. */
export interface ClearKey {
  readonly bytes: Buffer;
  readonly usage: KeyUsage;
  readonly type: KeyType;
  readonly scope: KeyScope;
}

/**
 * A provider under test. The two processes of the card zone see different keys, so there are two sessions; a provider without
 * partitions gives the same one twice.
 */
export interface ProviderUnderTest {
  readonly vault: HsmProvider;
  readonly switch: HsmProvider;
  /** Put a clear key of a vector into the provider. */
  load(key: ClearKey): Promise<KeyRef>;
  close(): Promise<void>;
}

const SCOPE_OF_USAGE: Readonly<Record<KeyUsage, KeyScope>> = {
  B0: 'bdk',
  B1: 'bdk',
  K0: 'transport',
  K1: 'transport',
  P0: 'zone-pin',
  M3: 'link-mac',
  M6: 'link-mac',
  M7: 'index',
  D0: 'pan-kek',
  C0: 'issuer',
  E0: 'issuer',
};

/** PIN keys come and go for links; the zone's own never leaves. */
const SCOPE_OF_IMPORT: Partial<Readonly<Record<KeyUsage, KeyScope>>> = { P0: 'link-pin' };

const MAC_USAGE: Readonly<Record<MacAlg, KeyUsage>> = {
  'AES-CMAC-16': 'M6',
  'AES-CMAC-8': 'M6',
  'TDES-CMAC-8': 'M6',
  'RETAIL-4': 'M3',
  'RETAIL-8': 'M3',
  'HMAC-SHA256': 'M7',
};

/** Runs cases through the HSM port. */
export class HsmTarget implements ConformanceTarget {
  private constructor(
    readonly name: string,
    readonly isSoftware: boolean,
    private readonly provider: ProviderUnderTest,
    private readonly capabilities: HsmCapabilities,
  ) {}

  static async over(provider: ProviderUnderTest): Promise<HsmTarget> {
    const { name } = provider.vault;
    return new HsmTarget(name, name === 'software', provider, await provider.vault.capabilities());
  }

  async dukpt(bdk: Buffer, messages: readonly DukptMessage[]): Promise<Verdict> {
    const possible = messages.filter((message) => this.#canDo(message));
    const type = bdkType(messages[0]?.scheme ?? 'AES-DUKPT', bdk);
    if (possible.length === 0 || !this.capabilities.bdkTypes.includes(type)) return 'not supported';
    const key = await this.#loadBdk(type, bdk);
    for (const message of possible) await this.#check(key, message);
    return 'passed';
  }

  async refusesDukpt(bdk: Buffer, asked: Omit<Dukpt, 'bdk' | 'tdesDataKey'>): Promise<Verdict> {
    const { bdkTypes, workingKeyTypes } = this.capabilities;
    const type = bdkType(asked.scheme, bdk);
    const isServed = bdkTypes.includes(type) && workingKeyTypes?.includes(asked.keyType) !== false;
    if (!isServed) return 'not supported';
    const dukpt = { ...asked, bdk: await this.#loadBdk(type, bdk) };
    try {
      await this.provider.vault.dukptDecrypt(dukpt, { mode: 'CBC', cipher: Buffer.alloc(16) });
    } catch (error) {
      if (isRefusal(error)) return 'passed';
      throw error;
    }
    throw new CaseFailure('was accepted and must be refused');
  }

  async mac({ alg, key, message, mac, isRight = true }: StoredMac): Promise<Verdict> {
    if (!this.capabilities.macAlgs.includes(alg)) return 'not supported';
    if (alg === 'HMAC-SHA256' && key.length !== KEY_BYTES.HMAC256) return 'not supported'; // the port has HMAC keys of one length
    const usage = MAC_USAGE[alg];
    const ref = await this.provider.load({
      bytes: key,
      usage,
      scope: SCOPE_OF_USAGE[usage],
      type: macKeyType(alg, key),
    });
    const hsm = alg === 'HMAC-SHA256' ? this.provider.vault : this.provider.switch;
    if (isRight) same('mac of the provider', await hsm.generateMac({ key: ref, alg, data: message }), mac);
    same('verification', await hsm.verifyMac({ key: ref, alg, data: message, mac }), isRight);
    if (!isRight) return 'passed';
    same(
      'verification of another MAC',
      await hsm.verifyMac({ key: ref, alg, data: message, mac: damaged(mac) }),
      false,
    );
    return 'passed';
  }

  async withPayloadKey<T>(
    profile: DukptProfile,
    bdk: Buffer,
    work: (hsm: HsmProvider, key: KeyRef) => Promise<T>,
  ): Promise<T | undefined> {
    if (profileLack(profile, this.capabilities) !== undefined) return undefined;
    return work(this.provider.vault, await this.#loadBdk(bdkType(profile.scheme, bdk), bdk));
  }

  async translatePin(
    from: ClearPinSide & { block: Buffer },
    to: ClearPinSide,
    pan: Buffer,
  ): Promise<Buffer | undefined> {
    const { pinFormats } = this.capabilities;
    const isServed = this.#has('translatePin') && pinFormats.includes(from.format) && pinFormats.includes(to.format);
    if (!isServed) return undefined;
    // what comes in under a zone key is the switch's to translate, what comes from a reader is the vault's
    const hsm = 'bdk' in from ? this.provider.vault : this.provider.switch;
    const out = await this.#pinSide(to, 'bdk' in from ? 'zone-pin' : 'link-pin');
    const source = { ...(await this.#pinSide(from, 'zone-pin')), block: from.block };
    return (await hsm.translatePin({ in: source, out, pan })).block;
  }

  async importKeyBlock({ kbpk, keyBlock, usage }: ClearKeyBlock): Promise<ImportedKeyBlock | undefined> {
    const version = keyBlock.startsWith('B') ? 'B' : 'D';
    if (!this.#has('importKeyBlock') || !this.capabilities.keyBlockVersions.includes(version)) return undefined;
    const type = version === 'B' ? tdesType(kbpk) : aesType(kbpk);
    const wrapping = await this.provider.load({ bytes: kbpk, usage: 'K1', scope: 'transport', type });
    const scope = SCOPE_OF_IMPORT[usage] ?? SCOPE_OF_USAGE[usage];
    const hsm = scope === 'issuer' ? this.provider.switch : this.provider.vault;
    const info = await hsm.importKeyBlock({ id: freshId(), scope, kbpk: wrapping, keyBlock, expect: { usage } });
    const exported = await this.#exported(hsm, { kbpk: wrapping, key: info.key, version });
    return { kcv: info.kcv, usage: info.usage, exported };
  }

  async #exported(
    hsm: HsmProvider,
    r: Parameters<HsmProvider['exportKeyBlock']>[0],
  ): Promise<ImportedKeyBlock['exported']> {
    if (!this.#has('exportKeyBlock')) return undefined;
    try {
      return await hsm.exportKeyBlock(r);
    } catch (error) {
      if (error instanceof HsmError && error.reason === 'usage_denied') return null;
      throw error;
    }
  }

  async verifyArqc(issuerMasterKey: Buffer, check: Omit<ArqcCheck, 'key'>) {
    if (!this.#has('verifyArqc')) return undefined;
    return this.provider.switch.verifyArqc({ ...check, key: await this.#loadIssuer(issuerMasterKey, 'E0') });
  }

  async verifyCardValue(key: Buffer, usage: 'C0' | 'E0', check: Omit<CardValueCheck, 'key'>) {
    if (!this.#has('verifyCardValue')) return undefined;
    return this.provider.switch.verifyCardValue({ ...check, key: await this.#loadIssuer(key, usage) });
  }

  close(): Promise<void> {
    return this.provider.close();
  }

  #has(operation: HsmOperation): boolean {
    return this.capabilities.operations.includes(operation);
  }

  #canDo(message: DukptMessage): boolean {
    const { macAlgs, dukptMacAlgs = macAlgs, dukptModes, workingKeyTypes } = this.capabilities;
    if (workingKeyTypes?.includes(message.keyType) === false) return false;
    return message.kind === 'mac' ? dukptMacAlgs.includes(message.alg) : dukptModes.includes('CBC');
  }

  async #check(bdk: KeyRef, message: DukptMessage): Promise<void> {
    const { kind, scheme, ksn, keyType, variant } = message;
    const dukpt: Dukpt = { scheme, ksn, keyType, variant, bdk };
    const hsm = this.provider.vault;
    if (kind === 'mac') {
      const { alg, message: data, mac } = message;
      same(`${variant} MAC on the provider`, await hsm.dukptVerifyMac(dukpt, { alg, data, mac }), true);
      same(`damaged ${variant} MAC`, await hsm.dukptVerifyMac(dukpt, { alg, data, mac: damaged(mac) }), false);
      if (this.#has('dukptGenerateMac'))
        same(`made ${variant} MAC`, await hsm.dukptGenerateMac(dukpt, { alg, data }), mac);
      return;
    }
    const { iv, plain, cipher } = message;
    same(`${variant} data on the provider`, await hsm.dukptDecrypt(dukpt, { mode: 'CBC', iv, cipher }), plain);
    if (this.#has('dukptEncrypt'))
      same(`${variant} data back`, await hsm.dukptEncrypt(dukpt, { mode: 'CBC', iv, plain }), cipher);
  }

  async #pinSide(side: ClearPinSide, scope: 'zone-pin' | 'link-pin'): Promise<PinSide> {
    if (!('bdk' in side)) {
      return {
        format: side.format,
        key: await this.provider.load({ bytes: side.key, usage: 'P0', type: side.keyType, scope }),
      };
    }
    const { scheme, ksn, keyType, format } = side;
    const bdk = await this.#loadBdk(bdkType(scheme, side.bdk), side.bdk);
    return { format, dukpt: { scheme, ksn, keyType, bdk, variant: 'request' } };
  }

  #loadBdk(type: KeyType, bytes: Buffer): Promise<KeyRef> {
    return this.provider.load({ bytes, usage: 'B0', type, scope: 'bdk' });
  }

  #loadIssuer(bytes: Buffer, usage: 'C0' | 'E0'): Promise<KeyRef> {
    return this.provider.load({ bytes, usage, type: tdesType(bytes), scope: 'issuer' });
  }
}

let made = 0;

/** Ids of keys are never used twice in a run. */
export function freshId(): string {
  made += 1;
  return `vector-${process.pid}-${made}`;
}

/** @throws CaseFailure no AES key has this length */
export function aesType(key: Buffer): KeyType {
  const type = ({ 16: 'AES128', 24: 'AES192', 32: 'AES256' } as const)[key.length];
  if (type === undefined) throw new CaseFailure('an AES key has a wrong length');
  return type;
}

/** @throws CaseFailure no TDES key has this length */
export function tdesType(key: Buffer): KeyType {
  const type = ({ 16: 'TDES2', 24: 'TDES3' } as const)[key.length];
  if (type === undefined) throw new CaseFailure('a TDES key has a wrong length');
  return type;
}

function bdkType(scheme: Dukpt['scheme'], bdk: Buffer): KeyType {
  return scheme === 'AES-DUKPT' ? aesType(bdk) : tdesType(bdk);
}

function macKeyType(alg: MacAlg, key: Buffer): KeyType {
  if (alg === 'HMAC-SHA256') return 'HMAC256';
  return alg.startsWith('AES') ? aesType(key) : tdesType(key);
}

function damaged(mac: Buffer): Buffer {
  const copy = Buffer.from(mac);
  copy[0]! ^= 1;
  return copy;
}

/** Whether an error is a provider's refusal of its input, and not a fault. */
export function isRefusal(error: unknown): boolean {
  return (
    error instanceof HsmError &&
    (error.reason === 'format' || error.reason === 'mac' || error.reason === 'usage_denied')
  );
}
