import { secretBuffer } from '../cipher/secret-buffer.js';
import { blockBytes, cbcEncrypt, ecbDecrypt, ecbEncrypt, type CipherFamily } from '../cipher/block-cipher.js';

/**
 * Padding methods of ISO 9797-1: 1 = zeros only if needed (an empty message becomes one block), 2 = 80 then zeros, always,
 * 3 = one block holding the length in bits, then method 1.
 */
export type MacPadding = 1 | 2 | 3;

export function padForMac(message: Buffer, block: number, method: MacPadding): Buffer {
  if (method === 2) return zeroFill(Buffer.concat([message, Buffer.from([0x80])]), block);
  if (method === 1) return zeroFill(message, block);
  const length = Buffer.alloc(block);
  length.writeUInt32BE(message.length * 8, block - 4);
  return Buffer.concat([length, zeroFill(message, block)]);
}

/** ISO 9797-1 MAC algorithm 1: CBC-MAC, one whole block. */
export function cbcMac(family: CipherFamily, key: Buffer, message: Buffer, padding: MacPadding): Buffer {
  const block = blockBytes(family);
  const chain = cbcEncrypt(family, key, Buffer.alloc(block), padForMac(message, block, padding));
  return Buffer.from(chain.subarray(chain.length - block));
}

/**
 * ISO 9797-1 MAC algorithm 3 (retail MAC): CBC-MAC with single DES under K1, then decrypt with K2 and encrypt with K1.
 * @param key 16 bytes, K1‖K2
 * @returns 8 bytes; payment messages often carry the first 4
 */
export function retailMac(key: Buffer, message: Buffer, padding: MacPadding): Buffer {
  const k1 = key.subarray(0, 8);
  const chain = cbcMac('TDES', k1, message, padding);
  return ecbEncrypt('TDES', k1, ecbDecrypt('TDES', key.subarray(8, 16), chain));
}

function zeroFill(message: Buffer, block: number): Buffer {
  const blocks = Math.max(1, Math.ceil(message.length / block));
  const out = secretBuffer(blocks * block);
  message.copy(out);
  return out;
}
