import { ecbEncrypt, xor } from '../cipher/block-cipher.js';
import { secretBuffer } from '../cipher/secret-buffer.js';
import type { Dukpt } from '../provider/hsm-provider.js';
import type { Ksn } from './ksn.js';

const C0 = Buffer.from('C0C0C0C000000000C0C0C0C000000000', 'hex');

/** Variants, the same 8 bytes on both halves of the key. @source ANSI X9.24-1:2009 A.4 */
const VARIANT = {
  pin: '00000000000000FF',
  macRequest: '000000000000FF00',
  macResponse: '00000000FF000000',
  dataRequest: '0000000000FF0000',
  dataResponse: '000000FF00000000',
} as const;

export type TdesUse = keyof typeof VARIANT;

/** Initial key (IPEK) of a device: the BDK over the first 8 bytes of the KSN without its counter. */
export function tdesInitialKey(bdk: Buffer, ksn: Ksn): Buffer {
  const register = Buffer.from(ksn.initialKeyId, 'hex').subarray(0, 8);
  const masked = xor(bdk, C0);
  const key = secretBuffer(16);
  for (const [at, base] of [bdk, masked].entries()) {
    const part = ecbEncrypt('TDES', base, register);
    part.copy(key, at * 8);
    part.fill(0);
  }
  masked.fill(0);
  return key;
}

/** Transaction key: one step per one-bit of the counter, from bit 20 down. The caller wipes it. */
export function tdesTransactionKey(initialKey: Buffer, ksn: Ksn): Buffer {
  const register = Buffer.from(ksn.initialKeyId, 'hex').subarray(2, 10);
  const base = register.readUInt32BE(4);
  let key: Buffer = secretBuffer(initialKey.length);
  initialKey.copy(key);
  let reached = 0;
  for (let bit = 20; bit >= 0; bit -= 1) {
    if (((ksn.counter >>> bit) & 1) === 0) continue;
    reached |= 1 << bit;
    register.writeUInt32BE((base | reached) >>> 0, 4);
    const next = step(key, register);
    key.fill(0);
    key = next;
  }
  return key;
}

/** Working key: variant, and for data keys the one-way self-encryption that the device profile names. */
export function tdesWorkingKey(
  transactionKey: Buffer,
  use: TdesUse,
  dataKey: NonNullable<Dukpt['tdesDataKey']> = 'x9.24-2009',
): Buffer {
  const isData = use === 'dataRequest' || use === 'dataResponse';
  const variant = Buffer.from(VARIANT[isData && dataKey === 'pin-variant' ? 'pin' : use], 'hex');
  const key = xor(transactionKey, Buffer.concat([variant, variant]));
  if (!isData || dataKey !== 'x9.24-2009') return key;
  const encrypted = ecbEncrypt('TDES', key, key);
  key.fill(0);
  return encrypted;
}

/** One derivation step: new right half from the key, new left half from the key xor C0C0C0C000000000…. */
function step(key: Buffer, register: Buffer): Buffer {
  const masked = xor(key, C0);
  const next = secretBuffer(16);
  half(masked, register, next.subarray(0, 8));
  half(key, register, next.subarray(8));
  masked.fill(0);
  return next;
}

function half(key: Buffer, register: Buffer, out: Buffer): void {
  const right = key.subarray(8, 16);
  const mixed = xor(register, right);
  const encrypted = ecbEncrypt('TDES', key.subarray(0, 8), mixed);
  for (let i = 0; i < out.length; i += 1) out[i] = encrypted[i]! ^ right[i]!;
  mixed.fill(0);
  encrypted.fill(0);
}
