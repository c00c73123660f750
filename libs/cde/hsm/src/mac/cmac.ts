import { blockBytes, startEncryption, type CipherFamily } from '../cipher/block-cipher.js';
import { secretBuffer } from '../cipher/secret-buffer.js';

const ZERO = { AES: Buffer.alloc(16), TDES: Buffer.alloc(8) } as const;

/**
 * CMAC over AES or TDES; node:crypto of Node 20 has none. One running CBC encryption does all of it: its first block, of zeros, is the
 * base of the subkeys, and adding that block to the first of the message takes it out of the chain again.
 * @returns one block: 16 bytes (AES) or 8 bytes (TDES)
 * @source NIST SP 800-38B, section 6.2
 */
export function cmac(family: CipherFamily, key: Buffer, message: Buffer): Buffer {
  const block = blockBytes(family);
  const chain = startEncryption(family, 'CBC', key, ZERO[family]);
  const base = chain.update(ZERO[family]);
  const padded = secretBuffer(Math.max(1, Math.ceil(message.length / block)) * block);
  message.copy(padded);
  addTo(padded, 0, base);
  double(base);
  if (message.length !== padded.length) {
    padded[message.length]! ^= 0x80;
    double(base);
  }
  addTo(padded, padded.length - block, base);
  const blocks = chain.update(padded);
  padded.fill(0);
  base.fill(0);
  return blocks.subarray(blocks.length - block);
}

function addTo(bytes: Buffer, at: number, value: Buffer): void {
  for (let i = 0; i < value.length; i += 1) bytes[at + i]! ^= value[i]!;
}

/** Multiply by x in GF(2^128) or GF(2^64), in place. */
function double(value: Buffer): void {
  const isReduced = (value[0]! & 0x80) !== 0;
  for (let i = 0; i < value.length; i += 1) value[i] = (value[i]! << 1) | ((value[i + 1] ?? 0) >> 7);
  if (isReduced) value[value.length - 1]! ^= value.length === 16 ? 0x87 : 0x1b;
}
