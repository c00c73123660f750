import type {
  CardValueCheck,
  ArqcCheck,
  Dukpt,
  DukptProfile,
  HsmProvider,
  KeyType,
  KeyUsage,
  MacAlg,
  PinFormat,
} from '@tsunagu/hsm/primitives';
import type { Verdict } from './family.js';

type WorkingKey = Omit<Dukpt, 'bdk' | 'tdesDataKey'>;

/** Something done under a DUKPT working key, and what must come out. */
export type DukptMessage = WorkingKey &
  (
    | { readonly kind: 'mac'; readonly alg: MacAlg; readonly message: Buffer; readonly mac: Buffer }
    | { readonly kind: 'data'; readonly iv: Buffer; readonly plain: Buffer; readonly cipher: Buffer }
  );

/** A MAC under a stored key. */
export interface StoredMac {
  readonly alg: MacAlg;
  readonly key: Buffer;
  readonly message: Buffer;
  readonly mac: Buffer;
  /** false = another MAC, which must not be verified. */
  readonly isRight?: boolean;
}

/** One side of a PIN translation with its clear key. */
export type ClearPinSide = { readonly format: PinFormat } & (
  | { readonly scheme: Dukpt['scheme']; readonly bdk: Buffer; readonly ksn: string; readonly keyType: KeyType }
  | { readonly key: Buffer; readonly keyType: KeyType }
);

/** A key block, with the key that protects it. */
export interface ClearKeyBlock {
  readonly kbpk: Buffer;
  readonly keyBlock: string;
  readonly usage: KeyUsage;
}

/** What a provider made of a key block that it took in. */
export interface ImportedKeyBlock {
  readonly kcv: string;
  readonly usage: string;
  /** The key in a block of its own making; null = this key may not go out; undefined = it exports no key blocks. */
  readonly exported: string | null | undefined;
}

/**
 * Where the cases of a run go. Every method loads the clear keys of the case into the provider, asks it, and answers
 * `not supported` when the provider does not declare the operation; a declared operation that fails is a failure.
 */
export interface ConformanceTarget {
  /** `software` or `pkcs11`. */
  readonly name: string;
  /** The pure functions of this code are part of the software provider: intermediate keys can be compared as well. */
  readonly isSoftware: boolean;
  dukpt(bdk: Buffer, messages: readonly DukptMessage[]): Promise<Verdict>;
  /** @throws CaseFailure a key of this number and type is derived, and must not be */
  refusesDukpt(bdk: Buffer, asked: WorkingKey): Promise<Verdict>;
  /** @throws CaseFailure the MAC is not verified, or another one is */
  mac(r: StoredMac): Promise<Verdict>;
  /** Let a reader's payload be opened. @returns undefined when the provider cannot serve the profile */
  withPayloadKey<T>(
    profile: DukptProfile,
    bdk: Buffer,
    work: (hsm: HsmProvider, key: Dukpt['bdk']) => Promise<T>,
  ): Promise<T | undefined>;
  /** @returns the new block; undefined when not supported */
  translatePin(from: ClearPinSide & { block: Buffer }, to: ClearPinSide, pan: Buffer): Promise<Buffer | undefined>;
  /** Taken in, and given out again under the same protection key. @returns undefined when not supported */
  importKeyBlock(r: ClearKeyBlock): Promise<ImportedKeyBlock | undefined>;
  verifyArqc(
    issuerMasterKey: Buffer,
    check: Omit<ArqcCheck, 'key'>,
  ): Promise<{ valid: boolean; arpc?: Buffer } | undefined>;
  verifyCardValue(key: Buffer, usage: 'C0' | 'E0', check: Omit<CardValueCheck, 'key'>): Promise<boolean | undefined>;
  close(): Promise<void>;
}
