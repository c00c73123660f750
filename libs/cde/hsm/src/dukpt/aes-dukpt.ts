import { ecbEncrypt } from '../cipher/block-cipher.js';
import { secretBuffer } from '../cipher/secret-buffer.js';
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
export type AesUsage = (typeof AES_USAGE)[keyof typeof AES_USAGE];

/** Derivation type of an AES key by its length. */
export function aesTypeOf(key: Buffer): 'AES128' | 'AES192' | 'AES256' {
  if (key.length === 16) return 'AES128';
  return key.length === 24 ? 'AES192' : 'AES256';
}

/**
 * Initial key of a device.
 * @param ikid 16 hex digits: BDK id ‖ device id
 * @param encrypt AES-ECB under the same base key, where one is running
 */
export function aesInitialKey(bdk: Buffer, ikid: Hex, encrypt?: (data: Buffer) => Buffer): Buffer {
  const type = aesTypeOf(bdk);
  const data = fillData(SCRATCH[bdk.length]!, AES_USAGE.initialKey, type);
  fillContext(data, parseInt(ikid.slice(0, 8), 16), parseInt(ikid.slice(8, 16), 16));
  return cut(encrypt === undefined ? ecbEncrypt('AES', bdk, data) : encrypt(data), bdk.length);
}

/** Transaction key: one derivation per one-bit of the counter, from the highest. The caller wipes it. */
export function aesTransactionKey(initialKey: Buffer, ikid: Hex, counter: number): Buffer {
  const data = fillData(SCRATCH[initialKey.length]!, AES_USAGE.keyDerivation, aesTypeOf(initialKey));
  const device = parseInt(ikid.slice(8, 16), 16);
  let key = initialKey;
  let reached = 0;
  // the bits are walked in place and one piece of memory holds each step's data: the chain of a card is most of its cost
  for (let rest = counter; rest !== 0; rest = counter ^ reached) {
    reached = (reached | (0x80000000 >>> Math.clz32(rest))) >>> 0;
    const next = cut(ecbEncrypt('AES', key, fillContext(data, device, reached)), key.length);
    if (key !== initialKey) key.fill(0);
    key = next;
  }
  return key === initialKey ? Buffer.from(initialKey) : key;
}

/** Counters that the chain passes on its way to `counter`: one for each of its one-bits, from the highest. */
export function aesChain(counter: number): number[] {
  const steps: number[] = [];
  let reached = 0;
  for (let bit = 31; bit >= 0; bit -= 1) {
    if (((counter >>> bit) & 1) === 0) continue;
    reached = (reached | (1 << bit)) >>> 0;
    steps.push(reached);
  }
  return steps;
}

/**
 * Working key of one use.
 * @throws HsmError `usage_denied` a working key may not be stronger than the key it comes from
 */
export function aesWorkingKey(transactionKey: Buffer, ksn: Ksn, usage: AesUsage, type: DerivedType): Buffer {
  return derive(transactionKey, usage, type, [parseInt(ksn.initialKeyId.slice(8, 16), 16), ksn.counter]);
}

/** Key that wraps a new initial key for a device: usage 0002 at counter FFFFFFFF. @source ANSI X9.24-3-2017 6.4 */
export function aesUpdateKey(initialKey: Buffer, ikid: Hex, type: DerivedType): Buffer {
  const transactionKey = aesTransactionKey(initialKey, ikid, 0xffffffff);
  try {
    return derive(transactionKey, AES_USAGE.keyEncryption, type, [parseInt(ikid.slice(8, 16), 16), 0xffffffff]);
  } finally {
    transactionKey.fill(0);
  }
}

/** Device id ‖ counter: which key of a device is derived. */
export function aesContext(ikid: Hex, counter: number): Buffer {
  const bytes = Buffer.alloc(8);
  bytes.write(ikid.slice(8, 16), 0, 'hex');
  bytes.writeUInt32BE(counter, 4);
  return bytes;
}

/** As {@link derivationData}, then one AES call. */
function derive(
  key: Buffer,
  usage: AesUsage,
  type: DerivedType,
  [left, right]: readonly [left: number, right: number],
): Buffer {
  const { bits, strength } = TYPE[type];
  if (strength > key.length * 8) {
    throw new HsmError('usage_denied', 'a working key may not be stronger than the key it is derived from');
  }
  const data = fillContext(fillData(SCRATCH[bits / 8]!, usage, type), left, right);
  return cut(ecbEncrypt('AES', key, data), bits / 8);
}

/**
 * What is encrypted under a key to derive another: one or two blocks of version 01, block counter, usage (2),
 * algorithm (2), length in bits (2), context (8).
 */
export function derivationData(usage: AesUsage, type: DerivedType, context: Buffer): Buffer {
  const data = fillData(Buffer.alloc(TYPE[type].bits > 128 ? 32 : 16), usage, type);
  return fillContext(data, context.readUInt32BE(0), context.readUInt32BE(4));
}

/** Derivation data by length of the derived key, filled anew for each call. Nothing in it is secret, and no call lets another one in. */
const SCRATCH: Readonly<Record<number, Buffer>> = { 16: Buffer.alloc(16), 24: Buffer.alloc(32), 32: Buffer.alloc(32) };

function fillData(data: Buffer, usage: AesUsage, type: DerivedType): Buffer {
  const { algorithm, bits } = TYPE[type];
  for (let at = 0; at < data.length; at += 16) {
    data[at] = 1;
    data[at + 1] = at / 16 + 1;
    data.writeUInt16BE(usage, at + 2);
    data.writeUInt16BE(algorithm, at + 4);
    data.writeUInt16BE(bits, at + 6);
  }
  return data;
}

function fillContext(data: Buffer, left: number, right: number): Buffer {
  for (let at = 8; at < data.length; at += 16) {
    data.writeUInt32BE(left, at);
    data.writeUInt32BE(right, at + 4);
  }
  return data;
}

function cut(bytes: Buffer, length: number): Buffer {
  if (bytes.length === length) return bytes;
  const out = secretBuffer(length);
  bytes.copy(out);
  bytes.fill(0);
  return out;
}
