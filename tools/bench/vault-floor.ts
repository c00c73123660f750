import { createCipheriv, createDecipheriv, timingSafeEqual } from 'node:crypto';
import type { TerminalPayload } from '@tsunagu/hsm/primitives';

const ZERO = Buffer.alloc(16);
const IK = { usage: 0x8001, code: 2 };

/**
 * The floor: the same card opened by straight node:crypto calls, AES-128 DUKPT, CBC and CMAC only. Everything is done that has to be
 * done and nothing else: each key is derived once, no key store, no port, no rights, no wiping, no parsing of the card.
 * @returns length of the plain bytes, so that nothing can be optimised away
 */
export function openPlainly(bdk: Buffer, sent: TerminalPayload): number {
  const ksn = Buffer.from(sent.ksn, 'hex');
  const [iv, cipher, mac] = [sent.iv!, sent.ciphertext, sent.mac!].map((hex) => Buffer.from(hex, 'hex')) as [
    Buffer,
    Buffer,
    Buffer,
  ];
  const transactionKey = walk(bdk, ksn);
  const macKey = ecb(transactionKey, derivation(0x2000, ksn, ksn.readUInt32BE(8)));
  if (!timingSafeEqual(cmac(macKey, Buffer.concat([ksn, iv, cipher])), mac)) throw new Error('the floor is wrong: MAC');
  const dataKey = ecb(transactionKey, derivation(0x3000, ksn, ksn.readUInt32BE(8)));
  const decipher = createDecipheriv('aes-128-cbc', dataKey, iv);
  return decipher.update(cipher).length + decipher.final().length;
}

function walk(bdk: Buffer, ksn: Buffer): Buffer {
  const first = derivation(IK.usage, ksn, 0);
  ksn.copy(first, 8, 0, 8);
  let key = ecb(bdk, first);
  const counter = ksn.readUInt32BE(8);
  let reached = 0;
  for (let bit = 31; bit >= 0; bit -= 1) {
    if (((counter >>> bit) & 1) === 0) continue;
    reached = (reached | (1 << bit)) >>> 0;
    key = ecb(key, derivation(0x8000, ksn, reached));
  }
  return key;
}

function derivation(usage: number, ksn: Buffer, counter: number): Buffer {
  const data = Buffer.alloc(16);
  data.writeUInt16BE(0x0101, 0);
  data.writeUInt16BE(usage, 2);
  data.writeUInt16BE(IK.code, 4);
  data.writeUInt16BE(128, 6);
  ksn.copy(data, 8, 4, 8);
  data.writeUInt32BE(counter, 12);
  return data;
}

function ecb(key: Buffer, block: Buffer): Buffer {
  return createCipheriv('aes-128-ecb', key, null).update(block);
}

function cmac(key: Buffer, message: Buffer): Buffer {
  const subkey = doubled(ecb(key, ZERO));
  const whole = message.length % 16 === 0;
  const padded = Buffer.alloc(Math.ceil(message.length / 16) * 16);
  message.copy(padded);
  if (!whole) padded[message.length] = 0x80;
  const last = whole ? subkey : doubled(subkey);
  for (let i = 0; i < 16; i += 1) padded[padded.length - 16 + i]! ^= last[i]!;
  return createCipheriv('aes-128-cbc', key, ZERO).update(padded).subarray(-16);
}

function doubled(value: Buffer): Buffer {
  const out = Buffer.alloc(16);
  for (let i = 0; i < 16; i += 1) out[i] = ((value[i]! << 1) | ((value[i + 1] ?? 0) >> 7)) & 0xff;
  if ((value[0]! & 0x80) !== 0) out[15]! ^= 0x87;
  return out;
}
