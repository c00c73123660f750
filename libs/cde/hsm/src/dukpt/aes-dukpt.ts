import { ecbEncrypt } from '../cipher/block-cipher.js';
import { HsmError } from '../provider/hsm-error.js';
import type { Hex } from '../provider/hsm-provider.js';
import type { Ksn } from './ksn.js';

/** Working keys by use, named from the terminal's side. @source ANSI X9.24-3-2017 table 3 */
export const AES_USAGE = {
  keyEncryption: 0x0002,
  pinEncryption: 0x1000,
  macGeneration: 0x2000,
  macVerification: 0x2001,
  macBothWays: 0x2002,
  dataEncrypt: 0x3000,
  dataDecrypt: 0x3001,
  dataBothWays: 0x3002,
  keyDerivation: 0x8000,
  initialKey: 0x8001,
} as const;

/** Types of a derived key: algorithm indicator and length in bits. */
const TYPE = {
  TDES2: { algorithm: 0, bits: 128, strength: 80 },
  TDES3: { algorithm: 1, bits: 192, strength: 112 },
  AES128: { algorithm: 2, bits: 128, strength: 128 },
  AES192: { algorithm: 3, bits: 192, strength: 192 },
  AES256: { algorithm: 4, bits: 256, strength: 256 },
  HMAC128: { algorithm: 5, bits: 128, strength: 128 },
  HMAC192: { algorithm: 5, bits: 192, strength: 192 },
  HMAC256: { algorithm: 5, bits: 256, strength: 256 },
} as const;

export type DerivedType = keyof typeof TYPE;
type AesUsage = (typeof AES_USAGE)[keyof typeof AES_USAGE];

/** Derivation type of an AES key by its length. */
export function aesTypeOf(key: Buffer): 'AES128' | 'AES192' | 'AES256' {
  if (key.length === 16) return 'AES128';
  return key.length === 24 ? 'AES192' : 'AES256';
}

/** Initial key of a device. @param ikid 16 hex digits: BDK id ‖ device id */
export function aesInitialKey(bdk: Buffer, ikid: Hex): Buffer {
  return derive(bdk, AES_USAGE.initialKey, aesTypeOf(bdk), Buffer.from(ikid, 'hex'));
}

/** Transaction key: one derivation per one-bit of the counter, from the highest. The caller wipes it. */
export function aesTransactionKey(initialKey: Buffer, ikid: Hex, counter: number): Buffer {
  const type = aesTypeOf(initialKey);
  let key: Buffer = Buffer.from(initialKey);
  let reached = 0;
  for (let bit = 31; bit >= 0; bit -= 1) {
    if (((counter >>> bit) & 1) === 0) continue;
    reached = (reached | (1 << bit)) >>> 0;
    const next = derive(key, AES_USAGE.keyDerivation, type, context(ikid, reached));
    key.fill(0);
    key = next;
  }
  return key;
}

/**
 * Working key of one use.
 * @throws HsmError `usage_denied` a working key may not be stronger than the key it comes from
 */
export function aesWorkingKey(transactionKey: Buffer, ksn: Ksn, usage: AesUsage, type: DerivedType): Buffer {
  return derive(transactionKey, usage, type, context(ksn.initialKeyId, ksn.counter));
}

/** Key that wraps a new initial key for a device: usage 0002 at counter FFFFFFFF. @source ANSI X9.24-3-2017 6.4 */
export function aesUpdateKey(initialKey: Buffer, ikid: Hex, type: DerivedType): Buffer {
  const transactionKey = aesTransactionKey(initialKey, ikid, 0xffffffff);
  try {
    return derive(transactionKey, AES_USAGE.keyEncryption, type, context(ikid, 0xffffffff));
  } finally {
    transactionKey.fill(0);
  }
}

function context(ikid: Hex, counter: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.write(ikid.slice(8, 16), 0, 'hex');
  bytes.writeUInt32BE(counter, 4);
  return bytes;
}

/** Derivation data: version 01, block counter, usage (2), algorithm (2), length in bits (2), context (8). */
function derive(key: Buffer, usage: AesUsage, type: DerivedType, context: Buffer): Buffer {
  const { algorithm, bits, strength } = TYPE[type];
  if (strength > key.length * 8) {
    throw new HsmError('usage_denied', 'a working key may not be stronger than the key it is derived from');
  }
  const bytes = bits / 8;
  const data = Buffer.alloc(bytes > 16 ? 32 : 16);
  for (let block = 0; block * 16 < data.length; block += 1) {
    const at = block * 16;
    data[at] = 1;
    data[at + 1] = block + 1;
    data.writeUInt16BE(usage, at + 2);
    data.writeUInt16BE(algorithm, at + 4);
    data.writeUInt16BE(bits, at + 6);
    context.copy(data, at + 8);
  }
  const out = ecbEncrypt('AES', key, data);
  return bytes === out.length ? out : cut(out, bytes);
}

function cut(bytes: Buffer, length: number): Buffer {
  const out = Buffer.from(bytes.subarray(0, length));
  bytes.fill(0);
  return out;
}
