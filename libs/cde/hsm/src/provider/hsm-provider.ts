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

/** What a provider can do; a device profile outside of it is refused at start-up. */
export interface HsmCapabilities {
  readonly keysNeverLeave: { readonly aesDukpt: boolean; readonly tdesDukpt: boolean; readonly pin: boolean };
  readonly dukptModes: readonly CipherMode[];
  readonly macAlgs: readonly MacAlg[];
  readonly keyBlockVersions: readonly ('B' | 'D')[];
  readonly pinFormats: readonly PinFormat[];
  readonly iso4Pan: 'full' | 'pan12';
  readonly maxDataBytes: number;
  readonly rateLimitPerSec?: number;
  /** Certified for PIN and card data in production. */
  readonly paymentGrade: boolean;
}

/** Usages of X9.143 that this house needs: base derivation key, PIN key, data key, HMAC key. */
export type KeyUsage = 'B0' | 'P0' | 'D0' | 'M7';

/** Who may do what with a key; a key has one scope for life. */
export type KeyScope = 'bdk' | 'pan-kek' | 'index' | 'zone-pin' | 'link-pin' | 'envelope';

/** What may be known of a key; never its bytes. */
export interface KeyInfo {
  readonly key: KeyRef;
  readonly usage: KeyUsage;
  readonly type: KeyType;
  readonly scope: KeyScope;
  readonly state: 'active' | 'decrypt-only';
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

/**
 * The HSM port. Keys live behind it; callers hold {@link KeyRef} only. Every method may throw {@link HsmError}:
 * `unavailable`, `timeout`, `key_unknown` (absent, or not of this partition), `usage_denied`, `mac`, `format`, `unsupported`.
 */
export abstract class HsmProvider {
  abstract readonly name: string;
  abstract capabilities(): Promise<HsmCapabilities>;
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

  abstract generateMac(r: { key: KeyRef; alg: MacAlg; data: Buffer; length?: number }): Promise<Buffer>;
  /** In GCM the 16-byte tag is appended to the result. */
  abstract encrypt(r: { key: KeyRef; mode: CipherMode; iv?: Buffer; aad?: Buffer; data: Buffer }): Promise<Buffer>;
  abstract decrypt(r: { key: KeyRef; mode: CipherMode; iv?: Buffer; aad?: Buffer; data: Buffer }): Promise<Buffer>;

  /** Make a key, or find the one that already has this id (same usage, type and scope): racing callers get the same key. */
  abstract generateKey(r: {
    id: string;
    usage: KeyUsage;
    type: KeyType;
    scope: KeyScope;
    expiresAt?: Date;
  }): Promise<KeyInfo>;
  /** Initial key of a device, for its loader. Software providers give it in the clear, in sandbox mode only. */
  abstract exportInitialKey(r: { bdk: KeyRef; scheme: Dukpt['scheme']; ikid: Hex }): Promise<Buffer>;
  abstract keyInfo(key: KeyRef): Promise<KeyInfo>;
  abstract destroyKey(key: KeyRef): Promise<void>;
  /** Destroy every key of this partition whose time is over. @returns ids of the keys destroyed */
  abstract destroyExpired(now: Date): Promise<string[]>;
}
