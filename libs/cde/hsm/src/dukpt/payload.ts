import { blockBytes } from '../cipher/block-cipher.js';
import type { CipherMode, Dukpt } from '../provider/hsm-provider.js';
import type { DukptProfile } from './dukpt-profile.js';
import type { Ksn } from './ksn.js';

/** Largest ciphertext that is looked at. */
export const CIPHER_BYTES_MAX = 4096;

/** Block of the cipher that encrypts the payload. */
function payloadBlock(profile: DukptProfile): number {
  return blockBytes(profile.workingKeyType.startsWith('TDES') ? 'TDES' : 'AES');
}

/** Whether lengths fit the profile: IV present exactly when explicit, whole blocks where the mode needs them, within 4 KiB. */
export function fitsProfile(profile: DukptProfile, iv: Buffer | undefined, cipher: Buffer): boolean {
  const block = payloadBlock(profile);
  const ivBytes = profile.mode === 'GCM' ? 12 : block;
  if (profile.iv === 'explicit' ? iv?.length !== ivBytes : iv !== undefined && !iv.equals(Buffer.alloc(ivBytes)))
    return false;
  const isBlocked = profile.mode === 'CBC' || profile.mode === 'ECB';
  return cipher.length > 0 && cipher.length <= CIPHER_BYTES_MAX && (!isBlocked || cipher.length % block === 0);
}

/** What the terminal's MAC covers. */
export function macInput(profile: DukptProfile, ksn: Ksn, iv: Buffer | undefined, cipher: Buffer): Buffer {
  const withIv = profile.macInput === 'ksn|iv|cipher' ? [iv ?? Buffer.alloc(payloadBlock(profile))] : [];
  return Buffer.concat([ksn.bytes, ...withIv, cipher]);
}

/** In GCM the tag also covers the KSN, so that a ciphertext cannot be moved to another one. */
export function payloadAad(profile: DukptProfile, ksn: Ksn): Buffer | undefined {
  return profile.mode === 'GCM' ? ksn.bytes : undefined;
}

/** The two DUKPT handles of a payload: its data key and its MAC key (usage 2000, always of the request). */
export function payloadKeys(profile: DukptProfile, bdk: Dukpt['bdk'], ksn: Ksn): { data: Dukpt; mac: Dukpt } {
  // written out: spreading a common part costs more than a block of AES, twice a card
  const { scheme, workingKeyType: keyType } = profile;
  return {
    data: { scheme, bdk, ksn: ksn.hex, keyType, variant: profile.dataUsage, tdesDataKey: profile.tdesDataKey },
    mac: { scheme, bdk, ksn: ksn.hex, keyType, variant: 'request' },
  };
}

export function addPadding(profile: DukptProfile, plain: Buffer): Buffer {
  const block = payloadBlock(profile);
  const missing = block - (plain.length % block);
  switch (profile.padding) {
    case 'PKCS7':
      return Buffer.concat([plain, Buffer.alloc(missing, missing)]);
    case 'ISO9797-2':
      return Buffer.concat([plain, Buffer.from([0x80]), Buffer.alloc(missing - 1)]);
    case 'ZERO':
      return Buffer.concat([plain, Buffer.alloc(missing % block)]);
    case 'NONE':
      return Buffer.from(plain);
  }
}

/**
 * Where the content ends in front of its padding. The last block is looked at as a whole, whatever stands in it: where nothing
 * authenticates a message, a fault that is found sooner than another would tell its sender about the bytes. A zero-padded TLV is left as
 * it is: its reader skips zeros between items, and a value may end in zeros.
 * @returns undefined when the padding is wrong
 */
export function contentEnd(
  profile: Pick<DukptProfile, 'padding' | 'content'>,
  padded: Buffer,
  block: number,
): number | undefined {
  switch (profile.padding) {
    case 'PKCS7':
      return endBeforePkcs7(padded, block);
    case 'ISO9797-2':
      return endBeforeMark(padded, block);
    case 'ZERO':
      return profile.content === 'TLV' ? padded.length : withoutZeros(padded);
    case 'NONE':
      return padded.length;
  }
}

/** Mode and block of the profile's cipher, for callers that decrypt. */
export function payloadCipher(profile: DukptProfile): { mode: CipherMode; block: number } {
  return { mode: profile.mode, block: payloadBlock(profile) };
}

function endBeforePkcs7(padded: Buffer, block: number): number | undefined {
  const looked = Math.min(block, padded.length);
  const count = padded[padded.length - 1] ?? 0;
  let wrong = count < 1 || count > looked ? 1 : 0;
  for (let i = 1; i <= looked; i += 1) {
    const isPadding = (i - 1 - count) >> 31; // all bits set for the last `count` bytes
    wrong |= isPadding & (padded[padded.length - i]! ^ count);
  }
  return wrong === 0 ? padded.length - count : undefined;
}

/** 80 and zeros. */
function endBeforeMark(padded: Buffer, block: number): number | undefined {
  let [seen, end, wrong] = [0, 0, 0];
  for (let i = 1; i <= Math.min(block, padded.length); i += 1) {
    const byte = padded[padded.length - i]!;
    const isFirst = ((byte + 0xff) >> 8) & ~seen; // 1 for the last byte that is not zero
    end += isFirst * (padded.length - i);
    wrong |= isFirst * (byte ^ 0x80);
    seen |= isFirst;
  }
  return seen === 1 && wrong === 0 ? end : undefined;
}

function withoutZeros(padded: Buffer): number {
  let end = padded.length;
  while (end > 0 && padded[end - 1] === 0) end -= 1;
  return end;
}
