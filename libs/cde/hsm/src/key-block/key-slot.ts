import { kcvCmac, kcvEcb, keyCheckValue } from '../mac/kcv.js';
import { KeyBlockError } from './key-block-error.js';
import type { KeyBlockHeader } from './key-block-header.js';

/** What the place that a key is loaded into takes. */
export interface KeySlot {
  /** Key usage of X9.143, two characters. */
  readonly usage: string;
  /** Modes of use that fit; the default is the row of {@link SLOT_MODES}. */
  readonly modes?: string;
  readonly algorithm?: 'A' | 'T' | 'H';
  /** Exportability that fits; any by default. */
  readonly exportability?: string;
  /** Check value the sender announced by another way, upper-case hex: its first digits decide. */
  readonly kcv?: string;
}

/**
 * Modes of use that fit a usage in this house. @source ANSI X9.143-2022 table 3; N (no restriction) is what some HSMs write
 */
const SLOT_MODES: Readonly<Record<string, string>> = {
  B0: 'XN', // base derivation key
  B1: 'XN', // initial DUKPT key
  C0: 'CGVN', // card verification
  D0: 'BDEN', // data
  E0: 'XN', // EMV master key for cryptograms
  K0: 'BDEN', // key encryption
  K1: 'BDEN', // key block protection
  M3: 'CGVN', // retail MAC
  M6: 'CGVN', // CMAC
  M7: 'CGVN', // HMAC
  P0: 'BDEN', // PIN
};

/** Lengths in bytes that a key of each algorithm may have. */
const KEY_LENGTHS: Readonly<Record<string, readonly number[]>> = {
  A: [16, 24, 32],
  T: [16, 24],
  D: [8, 16, 24],
};
const HMAC_BYTES_MIN = 16;
const HMAC_BYTES_MAX = 128;

/** @throws KeyBlockError the key is not for this place */
export function checkSlot(header: KeyBlockHeader, slot: KeySlot): void {
  const modes = slot.modes ?? SLOT_MODES[slot.usage] ?? '';
  const fits =
    header.usage === slot.usage &&
    modes.includes(header.modeOfUse) &&
    (slot.algorithm === undefined || header.algorithm === slot.algorithm) &&
    (slot.exportability === undefined || slot.exportability.includes(header.exportability));
  if (!fits) throw new KeyBlockError();
}

/** Length and strength: the key over a key may not be the weaker one. @throws KeyBlockError */
export function checkStrength(header: KeyBlockHeader, kbpkBytes: number, keyBytes: number): void {
  const isLength =
    header.algorithm === 'H'
      ? keyBytes >= HMAC_BYTES_MIN && keyBytes <= HMAC_BYTES_MAX
      : KEY_LENGTHS[header.algorithm]?.includes(keyBytes) === true;
  if (!isLength || strengthBits(header.algorithm, keyBytes) > wrapBits(header, kbpkBytes)) throw new KeyBlockError();
}

/** @throws KeyBlockError the key is not the one that was announced, in the block (KC) or by another way */
export function checkKeyValue(header: KeyBlockHeader, slot: KeySlot | undefined, key: Buffer): void {
  const announced = header.optionalBlocks.find(({ id }) => id === 'KC')?.data;
  if (announced !== undefined && !isCheckValue(header.algorithm, announced, key)) throw new KeyBlockError();
  if (slot?.kcv === undefined) return;
  const own = ownCheckValue(header.algorithm, key);
  if (slot.kcv.length < 6 || !own.startsWith(slot.kcv.slice(0, own.length).toUpperCase())) throw new KeyBlockError();
}

/** As this house shows it: CMAC for AES, ECB for TDES, and of an empty message for HMAC. */
function ownCheckValue(algorithm: string, key: Buffer): string {
  if (algorithm === 'H') return keyCheckValue('HMAC256', key);
  return algorithm === 'A' ? kcvCmac('AES', key) : kcvEcb('TDES', key);
}

/** KC block: 00 and the older check value, or 01 and the CMAC one. Other methods and keys without one pass. */
function isCheckValue(algorithm: string, announced: string, key: Buffer): boolean {
  if (algorithm !== 'A' && algorithm !== 'T') return true;
  const family = algorithm === 'A' ? 'AES' : 'TDES';
  const value = announced.slice(2).toUpperCase();
  if (announced.startsWith('00')) return kcvEcb(family, key).startsWith(value.slice(0, 6));
  return !announced.startsWith('01') || kcvCmac(family, key).startsWith(value.slice(0, 10));
}

/** Strength in bits. @source NIST SP 800-57 part 1 table 2; 256 is the most that any key of ours needs */
function strengthBits(algorithm: string, bytes: number): number {
  if (algorithm === 'T' || algorithm === 'D') return bytes === 24 ? 112 : bytes === 16 ? 80 : 56;
  return Math.min(bytes * 8, 256);
}

function wrapBits({ version }: KeyBlockHeader, kbpkBytes: number): number {
  return strengthBits(version === 'B' ? 'T' : 'A', kbpkBytes);
}
