import { timingSafeEqual } from 'node:crypto';
import type { DukptProfile } from '../dukpt/dukpt-profile.js';
import { HsmError } from './hsm-error.js';
import { profileLack } from './profile-check.js';

/** Upper-case hex text. */
export type Hex = string;
export type KeyType = 'AES128' | 'AES192' | 'AES256' | 'TDES2' | 'TDES3' | 'HMAC256';
export type CipherMode = 'CBC' | 'CTR' | 'GCM' | 'ECB';
export type PinFormat = 0 | 1 | 3 | 4;
export type MacAlg = 'AES-CMAC-16' | 'AES-CMAC-8' | 'HMAC-SHA256' | 'RETAIL-4' | 'RETAIL-8' | 'TDES-CMAC-8';

/** Handle of a key inside a provider. Holds no key bytes; every process outside the HSM knows keys by this alone. */
export interface KeyRef {
  readonly provider: string;
  readonly id: string;
}

/** A working key of one DUKPT transaction: which base key, which KSN, which kind of key, which direction. */
export interface Dukpt {
  readonly scheme: 'AES-DUKPT' | 'TDES-DUKPT';
  readonly bdk: KeyRef;
  /** 10 bytes (TDES) or 12 bytes (AES) as hex. */
  readonly ksn: Hex;
  /** Type of the working key. */
  readonly keyType: KeyType;
  /** `both` is for data keys of terminals that use one key in both directions. */
  readonly variant: 'request' | 'response' | 'both';
  readonly tdesDataKey?: 'x9.24-2009' | 'variant-only' | 'pin-variant';
}

/** Methods that not every provider has; whoever needs one asks {@link HsmCapabilities.operations} at start-up. */
export type HsmOperation =
  | 'dukptGenerateMac'
  | 'dukptEncrypt'
  | 'translatePin'
  | 'verifyArqc'
  | 'verifyCardValue'
  | 'reEncrypt'
  | 'importKeyBlock'
  | 'exportKeyBlock'
  | 'importComponents'
  | 'exportInitialKey'
  | 'exportClearInitialKey'
  | 'setKeyState';

/** What a provider can do; a device profile outside of it is refused at start-up. */
export interface HsmCapabilities {
  readonly operations: readonly HsmOperation[];
  /** Base keys whose DUKPT chain this provider walks; `TDES2` stands for TDES DUKPT. */
  readonly bdkTypes: readonly KeyType[];
  /** Working keys that it derives from them; every type that the standard allows where it is absent. */
  readonly workingKeyTypes?: readonly KeyType[];
  readonly keysNeverLeave: { readonly aesDukpt: boolean; readonly tdesDukpt: boolean; readonly pin: boolean };
  readonly dukptModes: readonly CipherMode[];
  /** Under stored keys. */
  readonly macAlgs: readonly MacAlg[];
  /** Under DUKPT keys; the same as `macAlgs` where it is absent. */
  readonly dukptMacAlgs?: readonly MacAlg[];
  readonly keyBlockVersions: readonly ('B' | 'D')[];
  readonly pinFormats: readonly PinFormat[];
  readonly iso4Pan: 'full' | 'pan12';
  readonly maxDataBytes: number;
  readonly rateLimitPerSec?: number;
  /** Certified for PIN and card data in production. */
  readonly paymentGrade: boolean;
}

/**
 * Usages of X9.143 that this house needs: B0 base derivation key, B1 initial DUKPT key, K0 key encryption key of a partner,
 * K1 key block protection key, P0 PIN key, M3 retail MAC, M6 CMAC, M7 HMAC, D0 data key, C0 card verification, E0 EMV
 * master key for cryptograms.
 */
export type KeyUsage = 'B0' | 'B1' | 'K0' | 'K1' | 'P0' | 'M3' | 'M6' | 'M7' | 'D0' | 'C0' | 'E0';

/** Who may do what with a key; a key has one scope for life. */
export type KeyScope =
  | 'bdk'
  | 'pan-kek'
  | 'index'
  | 'zone-pin'
  | 'link-pin'
  | 'envelope'
  /** Keys that wrap other keys: K1 of the environment, K0 of a partner. */
  | 'transport'
  /** MAC keys of links (fields 64 and 128). */
  | 'link-mac'
  /** Issuer keys (CVK, IMK) of the simulator and of stand-in; never production keys of an issuer. */
  | 'issuer';

/**
 * Life of a key: `pending` works for nothing, `active` for all of its usage, `decrypt-only` for what was made before,
 * `retired` for nothing, `destroyed` is gone. It never goes back.
 */
export type KeyState = 'pending' | 'active' | 'decrypt-only' | 'retired' | 'destroyed';

/** What may be known of a key; never its bytes. */
export interface KeyInfo {
  readonly key: KeyRef;
  readonly usage: KeyUsage;
  readonly type: KeyType;
  readonly scope: KeyScope;
  readonly state: KeyState;
  readonly kcv: Hex;
  /** After this instant the key is destroyed by {@link HsmProvider.destroyExpired}; null = until destroyed by hand. */
  readonly expiresAt: Date | null;
}

/** One side of a PIN translation: a DUKPT PIN key or a zone key, and the format of the block. */
export interface PinSide {
  readonly dukpt?: Dukpt;
  readonly key?: KeyRef;
  readonly format: PinFormat;
}

/** One side of a re-encryption: a DUKPT data key or a stored key, and how it is used. In GCM the tag is appended. */
export interface DataSide {
  readonly dukpt?: Dukpt;
  readonly key?: KeyRef;
  readonly mode: CipherMode;
  readonly iv?: Buffer;
  readonly aad?: Buffer;
}

/** What a key block must hold to be taken in. A block that says anything else is refused without a reason. */
export interface KeyBlockImport {
  /** Handle of the new key; an id that is taken by another key is refused. */
  readonly id: string;
  readonly scope: KeyScope;
  readonly kbpk: KeyRef;
  /** TR-31 / X9.143 version B or D. */
  readonly keyBlock: string;
  readonly expect: { readonly usage: KeyUsage; readonly type?: KeyType; readonly kcv?: Hex };
  /** `active` unless it waits for its approval. */
  readonly state?: 'pending' | 'active';
  readonly expiresAt?: Date;
}

/** A key that comes as components of two or more custodians; each was sealed on its arrival, and they meet inside the provider only. */
export interface KeyComponents {
  readonly id: string;
  readonly usage: KeyUsage;
  readonly type: KeyType;
  readonly scope: KeyScope;
  /** Key that the components were sealed with, AES-256-GCM. */
  readonly sealedBy: KeyRef;
  readonly components: readonly { readonly iv: Buffer; readonly aad: Buffer; readonly data: Buffer }[];
  readonly state?: 'pending' | 'active';
  readonly expiresAt?: Date;
}

/** An application cryptogram to check, and the answer to make. Card numbers come as ASCII digits and are the caller's to wipe. */
export interface ArqcCheck {
  /** Issuer master key, usage E0. */
  readonly key: KeyRef;
  /** Derivation of the card's key from PAN and sequence number. */
  readonly derivation: 'A' | 'B';
  readonly session: 'none' | 'emv-common' | 'mastercard';
  readonly pan: Buffer;
  /** PAN sequence number, 2 digits. */
  readonly psn: string;
  /** 4 hex digits. */
  readonly atc: Hex;
  /** Unpredictable number, 8 hex digits; Mastercard session keys need it. */
  readonly un?: Hex;
  /** What the cryptogram covers, without padding. */
  readonly data: Buffer;
  /** ISO 9797-1 padding method. */
  readonly padding: 1 | 2;
  /** 8 bytes. */
  readonly arqc: Buffer;
  /** Method 1: response code of 2 bytes. Method 2: card status update of 4 bytes, proprietary data of 0 to 8. */
  readonly arpc?:
    | { readonly method: 1; readonly arc: Buffer }
    | { readonly method: 2; readonly csu: Buffer; readonly proprietary?: Buffer };
}

/** A card value to check. Digits are ASCII. */
export interface CardValueCheck {
  /** Card verification key (usage C0), or issuer master key (E0) for dCVV and CVC3. */
  readonly key: KeyRef;
  readonly type: 'CVV' | 'CVV2' | 'iCVV' | 'dCVV' | 'CVC3';
  readonly pan: Buffer;
  /** Digits as the card or the track carries them. */
  readonly value: Buffer;
  /** 4 digits, in the order that this value is computed with. */
  readonly expiry?: string;
  /** 3 digits, for CVV and dCVV. */
  readonly serviceCode?: string;
  /** PAN sequence number, 2 digits. */
  readonly psn?: string;
  /** 4 hex digits, for dCVV and CVC3. */
  readonly atc?: Hex;
  /** 8 hex digits, for CVC3. */
  readonly un?: Hex;
  /** Track template that a CVC3 covers. */
  readonly track?: Buffer;
}

/**
 * The HSM port. Keys live behind it; callers hold {@link KeyRef} only. Every method may throw {@link HsmError}:
 * `unavailable`, `timeout`, `key_unknown` (absent, or not of this partition), `usage_denied`, `mac`, `format`, `unsupported`.
 */
export abstract class HsmProvider {
  abstract readonly name: string;
  abstract capabilities(): Promise<HsmCapabilities>;
  /** Why devices of this profile cannot be served, as a clause for people; undefined when they can. */
  async lackFor(profile: DukptProfile): Promise<string | undefined> {
    return profileLack(profile, await this.capabilities());
  }

  abstract health(): Promise<{ ok: boolean; latencyMs: number; detail?: string }>;
  abstract random(bytes: number): Promise<Buffer>;

  /** Constant-time check of a terminal's MAC. */
  abstract dukptVerifyMac(dukpt: Dukpt, r: { alg: MacAlg; data: Buffer; mac: Buffer }): Promise<boolean>;
  /** Plain bytes with their padding. In GCM the tag is the last 16 bytes of `cipher`. The caller wipes what it gets. */
  abstract dukptDecrypt(
    dukpt: Dukpt,
    r: { mode: CipherMode; iv?: Buffer; aad?: Buffer; cipher: Buffer },
  ): Promise<Buffer>;
  /** Answer to a terminal; `plain` is padded by the caller. */
  abstract dukptEncrypt(
    dukpt: Dukpt,
    r: { mode: CipherMode; iv?: Buffer; aad?: Buffer; plain: Buffer },
  ): Promise<Buffer>;
  abstract dukptGenerateMac(dukpt: Dukpt, r: { alg: MacAlg; data: Buffer }): Promise<Buffer>;

  /** Encrypted in, encrypted out; the clear block never crosses this boundary, and the PAN cannot change. */
  abstract translatePin(r: { in: PinSide & { block: Buffer }; out: PinSide; pan: Buffer }): Promise<{ block: Buffer }>;

  /** Check an ARQC and, when it is right, make the ARPC. */
  verifyArqc(_r: ArqcCheck): Promise<{ valid: boolean; arpc?: Buffer }> {
    return this.unsupported('verifyArqc');
  }

  verifyCardValue(_r: CardValueCheck): Promise<boolean> {
    return this.unsupported('verifyCardValue');
  }

  abstract generateMac(r: { key: KeyRef; alg: MacAlg; data: Buffer; length?: number }): Promise<Buffer>;
  /** Constant-time check of a MAC under a stored key; the length is that of the algorithm's name. */
  async verifyMac(r: { key: KeyRef; alg: MacAlg; data: Buffer; mac: Buffer }): Promise<boolean> {
    const expected = await this.generateMac(r);
    return expected.length === r.mac.length && timingSafeEqual(expected, r.mac);
  }

  /** In GCM the 16-byte tag is appended to the result. */
  abstract encrypt(r: { key: KeyRef; mode: CipherMode; iv?: Buffer; aad?: Buffer; data: Buffer }): Promise<Buffer>;
  abstract decrypt(r: { key: KeyRef; mode: CipherMode; iv?: Buffer; aad?: Buffer; data: Buffer }): Promise<Buffer>;

  /** From one key to another without the plain text leaving the provider where {@link HsmCapabilities.operations} has it. */
  reEncrypt(_r: { from: DataSide; to: DataSide & { key: KeyRef }; cipher: Buffer }): Promise<Buffer> {
    return this.unsupported('reEncrypt');
  }

  /**
   * Take in a key that a partner or a ceremony wrapped.
   * @throws HsmError `format` the block is damaged, wrapped by another key, or not what was expected: one answer for all
   */
  importKeyBlock(_r: KeyBlockImport): Promise<KeyInfo> {
    return this.unsupported('importKeyBlock');
  }

  /** Take in a key whose components are combined by xor inside the provider. @throws HsmError `format`, `mac`, `usage_denied` */
  importComponents(_r: KeyComponents): Promise<KeyInfo> {
    return this.unsupported('importComponents');
  }

  /** Wrap a key for a partner. @throws HsmError `usage_denied` the key may not leave, or the wrapping key is weaker */
  exportKeyBlock(_r: { kbpk: KeyRef; key: KeyRef; version: 'B' | 'D' }): Promise<string> {
    return this.unsupported('exportKeyBlock');
  }

  /** Initial key of a device for its loader, as a key block of usage B1 under a key that both hold. */
  exportInitialKey(_r: { bdk: KeyRef; scheme: Dukpt['scheme']; ikid: Hex; kbpk: KeyRef }): Promise<string> {
    return this.unsupported('exportInitialKey');
  }

  /** Initial key of a device in the clear: sandbox mode only, for simulated readers. The caller wipes it. */
  exportClearInitialKey(_r: { bdk: KeyRef; scheme: Dukpt['scheme']; ikid: Hex }): Promise<Buffer> {
    return this.unsupported('exportClearInitialKey');
  }

  /** Move a key forward in its life; `destroyed` is {@link destroyKey}. @throws HsmError `usage_denied` it would go back */
  setKeyState(_key: KeyRef, _state: Exclude<KeyState, 'destroyed'>): Promise<KeyInfo> {
    return this.unsupported('setKeyState');
  }

  /** Make a key, or find the one that already has this id (same usage, type and scope): racing callers get the same key. */
  abstract generateKey(r: {
    id: string;
    usage: KeyUsage;
    type: KeyType;
    scope: KeyScope;
    expiresAt?: Date;
    /** `active` unless it waits for its approval. */
    state?: 'pending' | 'active';
    /** The published PIN key in place of a random one, so that a simulated counterpart reads what it is sent: sandbox mode of `software` alone, elsewhere not heard. */
    isPublished?: boolean;
  }): Promise<KeyInfo>;
  abstract keyInfo(key: KeyRef): Promise<KeyInfo>;
  abstract destroyKey(key: KeyRef): Promise<void>;
  /** Destroy every key of this partition whose time is over. @returns ids of the keys destroyed */
  abstract destroyExpired(now: Date): Promise<string[]>;

  /** End the work of this process with the provider; nothing is asked of it afterwards. */
  close(): void {}

  /** The answer of a provider to what it cannot do. */
  protected unsupported(operation: HsmOperation): Promise<never> {
    return Promise.reject(new HsmError('unsupported', `the ${this.name} HSM provider cannot do this`, { operation }));
  }
}
