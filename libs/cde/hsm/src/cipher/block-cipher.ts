import { secretBuffer } from './secret-buffer.js';
import { createCipheriv, createDecipheriv } from 'node:crypto';
import { HsmError } from '../provider/hsm-error.js';
import type { CipherMode, KeyType } from '../provider/hsm-provider.js';

/** Block ciphers by family. `TDES` keys are 8 (single DES), 16 or 24 bytes. */
export type CipherFamily = 'AES' | 'TDES';

/** Bytes of a key of each type. */
export const KEY_BYTES: Readonly<Record<KeyType, number>> = {
  AES128: 16,
  AES192: 24,
  AES256: 32,
  TDES2: 16,
  TDES3: 24,
  HMAC256: 32,
};

export function familyOf(type: KeyType): CipherFamily {
  return type.startsWith('TDES') ? 'TDES' : 'AES';
}

export function blockBytes(family: CipherFamily): 8 | 16 {
  return family === 'AES' ? 16 : 8;
}

const GCM_TAG_BYTES = 16;
const GCM_NONCE_BYTES = 12;

type Cipher = ReturnType<typeof createCipheriv>;
type BlockMode = 'CBC' | 'CTR' | 'ECB';

/** Names of OpenSSL by mode and by length of the key; made once, since a template for each call costs as much as the block. */
const AES_NAMES: Readonly<Record<BlockMode, Readonly<Record<number, string>>>> = {
  CBC: { 16: 'aes-128-cbc', 24: 'aes-192-cbc', 32: 'aes-256-cbc' },
  CTR: { 16: 'aes-128-ctr', 24: 'aes-192-ctr', 32: 'aes-256-ctr' },
  ECB: { 16: 'aes-128-ecb', 24: 'aes-192-ecb', 32: 'aes-256-ecb' },
};

/** One ECB call over whole blocks, no padding. @throws HsmError `format` the data is not whole blocks */
export function ecbEncrypt(family: CipherFamily, key: Buffer, data: Buffer): Buffer {
  return encryptBlocks(startEncryption(family, 'ECB', key, null), blockBytes(family), data);
}

/** @throws HsmError `format` as {@link ecbEncrypt} */
export function ecbDecrypt(family: CipherFamily, key: Buffer, data: Buffer): Buffer {
  return decryptBlocks({ family, mode: 'ECB', key, iv: null }, data);
}

/** @throws HsmError `format` as {@link ecbEncrypt} */
export function cbcEncrypt(family: CipherFamily, key: Buffer, iv: Buffer, data: Buffer): Buffer {
  return encryptBlocks(startEncryption(family, 'CBC', key, iv), blockBytes(family), data);
}

/** A running encryption: `update` of whole blocks returns as many, so `final` has nothing to add and is not asked. */
export function startEncryption(family: CipherFamily, mode: BlockMode, key: Buffer, iv: Buffer | null): Cipher {
  // AES keys are whole as they are: the chain of a card makes ten of these
  if (family === 'AES') return createCipheriv(cipherName(family, key, mode), key, iv);
  return withExpandedKey(family, key, (full) => createCipheriv(cipherName(family, full, mode), full, iv));
}

function encryptBlocks(cipher: Cipher, block: number, data: Buffer): Buffer {
  if (data.length % block !== 0) throw new HsmError('format', 'the data is not whole blocks');
  return cipher.update(data);
}

function decryptBlocks(
  { family, mode, key, iv }: { family: CipherFamily; mode: BlockMode; key: Buffer; iv: Buffer | null },
  data: Buffer,
): Buffer {
  if (mode !== 'CTR' && data.length % blockBytes(family) !== 0)
    throw new HsmError('format', 'the data is not whole blocks');
  const decipher =
    family === 'AES'
      ? createDecipheriv(cipherName(family, key, mode), key, iv)
      : withExpandedKey(family, key, (full) => createDecipheriv(cipherName(family, full, mode), full, iv));
  decipher.setAutoPadding(false); // else the last block would be held back
  return decipher.update(data);
}

/** What every mode needs beside the key. In GCM the tag is the last 16 bytes of the ciphertext. */
export interface CipherInput {
  readonly mode: CipherMode;
  readonly iv?: Buffer;
  readonly aad?: Buffer;
  readonly data: Buffer;
}

/**
 * Encrypt in any mode, without padding.
 * @throws HsmError `format` the data is not whole blocks; `unsupported` the mode does not exist for this family
 */
export function encryptData(family: CipherFamily, key: Buffer, input: CipherInput): Buffer {
  const iv = checkInput(family, input);
  if (input.mode !== 'GCM') return startEncryption(family, input.mode, key, iv).update(input.data);
  const cipher = createCipheriv(gcmName(key), key, iv!, { authTagLength: GCM_TAG_BYTES });
  if (input.aad !== undefined) cipher.setAAD(input.aad);
  return Buffer.concat([cipher.update(input.data), cipher.final(), cipher.getAuthTag()]);
}

/** Decrypt in any mode; padding stays. @throws HsmError `mac` the GCM tag is wrong; `format`, `unsupported` as above */
export function decryptData(family: CipherFamily, key: Buffer, input: CipherInput): Buffer {
  const iv = checkInput(family, input);
  return input.mode === 'GCM'
    ? openGcm(key, iv!, input)
    : decryptBlocks({ family, mode: input.mode, key, iv }, input.data);
}

function openGcm(key: Buffer, iv: Buffer, input: CipherInput): Buffer {
  const end = input.data.length - GCM_TAG_BYTES;
  if (end < 0) throw new HsmError('mac', 'the authentication tag is wrong');
  const decipher = createDecipheriv(gcmName(key), key, iv, { authTagLength: GCM_TAG_BYTES });
  if (input.aad !== undefined) decipher.setAAD(input.aad);
  decipher.setAuthTag(input.data.subarray(end));
  const plain = decipher.update(input.data.subarray(0, end));
  try {
    decipher.final();
    return plain;
  } catch {
    // OpenSSL names no cause here: the only one is a tag that does not match
    plain.fill(0);
    throw new HsmError('mac', 'the authentication tag is wrong');
  }
}

/** @returns the IV to use: the given one, zeros where none was given, null in ECB */
export function checkInput(family: CipherFamily, { mode, iv, data }: CipherInput): Buffer | null {
  const block = blockBytes(family);
  if (family === 'TDES' && (mode === 'GCM' || mode === 'CTR')) {
    throw new HsmError('unsupported', 'TDES has no such mode');
  }
  if ((mode === 'CBC' || mode === 'ECB') && data.length % block !== 0) {
    throw new HsmError('format', 'the data is not whole blocks');
  }
  if (mode === 'ECB') return null;
  const ivBytes = mode === 'GCM' ? GCM_NONCE_BYTES : block;
  // a nonce of GCM may never repeat, so zeros are no default for it
  const vector = iv ?? Buffer.alloc(mode === 'GCM' ? 0 : block);
  if (vector.length !== ivBytes) throw new HsmError('format', 'the IV has a wrong length');
  return vector;
}

/** @throws HsmError `format` no key of this family has this length */
function cipherName(family: CipherFamily, key: Buffer, mode: BlockMode): string {
  if (family === 'TDES') return mode === 'CBC' ? 'des-ede3-cbc' : 'des-ede3-ecb';
  const name = AES_NAMES[mode][key.length];
  if (name === undefined) throw new HsmError('format', 'the key has a wrong length');
  return name;
}

function gcmName(key: Buffer): 'aes-128-gcm' | 'aes-192-gcm' | 'aes-256-gcm' {
  if (key.length === 16) return 'aes-128-gcm';
  return key.length === 24 ? 'aes-192-gcm' : 'aes-256-gcm';
}

/** OpenSSL 3 knows TDES with 24 bytes only: K becomes K‖K‖K, K1‖K2 becomes K1‖K2‖K1. */
function withExpandedKey<T>(family: CipherFamily, key: Buffer, use: (full: Buffer) => T): T {
  if (family === 'AES' || key.length === 24) return use(key);
  const full = Buffer.concat([key, key, key], 24);
  if (key.length === 16) key.copy(full, 16, 0, 8);
  try {
    return use(full);
  } finally {
    full.fill(0);
  }
}

/** Bytewise xor of two buffers of one length. */
export function xor(a: Buffer, b: Buffer): Buffer {
  const out = secretBuffer(a.length);
  for (let i = 0; i < a.length; i += 1) out[i] = a[i]! ^ b[i]!;
  return out;
}
