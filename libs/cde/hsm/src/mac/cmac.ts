import { secretBuffer } from '../cipher/secret-buffer.js';
import { blockBytes, cbcEncrypt, ecbEncrypt, xor, type CipherFamily } from '../cipher/block-cipher.js';

/**
 * CMAC over AES or TDES; node:crypto of Node 20 has none. The last CBC block is computed in one call over the whole message.
 * @returns one block: 16 bytes (AES) or 8 bytes (TDES)
 * @source NIST SP 800-38B, section 6.2
 */
export function cmac(family: CipherFamily, key: Buffer, message: Buffer): Buffer {
  const block = blockBytes(family);
  const k1 = double(ecbEncrypt(family, key, Buffer.alloc(block)));
  const fullBlocks = Math.max(1, Math.ceil(message.length / block));
  const padded = secretBuffer(fullBlocks * block);
  message.copy(padded);
  const isWhole = message.length === padded.length;
  if (!isWhole) padded[message.length] = 0x80;
  const last = padded.subarray(padded.length - block);
  xor(last, isWhole ? k1 : double(k1)).copy(last);
  const chain = cbcEncrypt(family, key, Buffer.alloc(block), padded);
  padded.fill(0);
  return Buffer.from(chain.subarray(chain.length - block));
}

/** Multiply by x in GF(2^128) or GF(2^64). */
function double(value: Buffer): Buffer {
  const out = secretBuffer(value.length);
  for (let i = 0; i < value.length; i += 1) {
    out[i] = ((value[i]! << 1) | ((value[i + 1] ?? 0) >> 7)) & 0xff;
  }
  if ((value[0]! & 0x80) !== 0) out[out.length - 1]! ^= value.length === 16 ? 0x87 : 0x1b;
  return out;
}
