import { createHmac } from 'node:crypto';
import { blockBytes, ecbEncrypt, familyOf, type CipherFamily } from '../cipher/block-cipher.js';
import type { Hex, KeyType } from '../provider/hsm-provider.js';
import { cmac } from './cmac.js';

/** CMAC style: first 5 bytes of CMAC over one block of zeros (3 are usually shown). @source ANSI X9.24-1:2017 annex A */
export function kcvCmac(family: CipherFamily, key: Buffer): Hex {
  return hex(cmac(family, key, Buffer.alloc(blockBytes(family))), 5);
}

/** Older style: first 3 bytes of ECB over one block of zeros. */
export function kcvEcb(family: CipherFamily, key: Buffer): Hex {
  return hex(ecbEncrypt(family, key, Buffer.alloc(blockBytes(family))), 3);
}

/** Check value that this house shows for a key: ECB for TDES, CMAC for AES, HMAC of nothing for HMAC keys; 3 bytes. */
export function keyCheckValue(type: KeyType, key: Buffer): Hex {
  if (type === 'HMAC256') return hex(createHmac('sha256', key).digest(), 3);
  const family = familyOf(type);
  return family === 'TDES' ? kcvEcb(family, key) : kcvCmac(family, key).slice(0, 6);
}

function hex(bytes: Buffer, count: number): Hex {
  return bytes.toString('hex', 0, count).toUpperCase();
}
