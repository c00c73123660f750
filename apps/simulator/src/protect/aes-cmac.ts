import { createCipheriv } from 'node:crypto';

const BLOCK = 16;
const RB = 0x87;

/**
 * AES-CMAC, written anew on this side so that the two ends of a line do not share a mistake.
 * @param key 16 or 32 bytes
 * @returns 16 bytes
 * @source RFC 4493; NIST SP 800-38B
 */
export function aesCmac(key: Buffer, message: Uint8Array): Buffer {
  const first = doubled(encrypted(key, Buffer.alloc(BLOCK)));
  const blocks = Math.max(1, Math.ceil(message.length / BLOCK));
  const tail = message.subarray((blocks - 1) * BLOCK);
  const last = Buffer.alloc(BLOCK);
  last.set(tail);
  if (tail.length < BLOCK) last[tail.length] = 0x80;
  xorInto(last, tail.length === BLOCK ? first : doubled(first));
  let state: Buffer = Buffer.alloc(BLOCK);
  for (let at = 0; at < blocks - 1; at += 1) {
    xorInto(state, message.subarray(at * BLOCK, (at + 1) * BLOCK));
    state = encrypted(key, state);
  }
  xorInto(state, last);
  return encrypted(key, state);
}

function encrypted(key: Buffer, block: Buffer): Buffer {
  const cipher = createCipheriv(key.length === 32 ? 'aes-256-ecb' : 'aes-128-ecb', key, null).setAutoPadding(false);
  return Buffer.concat([cipher.update(block), cipher.final()]);
}

function doubled(block: Buffer): Buffer {
  const shifted = Buffer.alloc(BLOCK);
  for (let at = 0; at < BLOCK; at += 1) shifted[at] = (((block[at] ?? 0) << 1) | ((block[at + 1] ?? 0) >> 7)) & 0xff;
  if ((block[0] ?? 0) & 0x80) shifted[BLOCK - 1] = (shifted[BLOCK - 1] ?? 0) ^ RB;
  return shifted;
}

function xorInto(target: Buffer, other: Uint8Array): void {
  for (let at = 0; at < BLOCK; at += 1) target[at] = (target[at] ?? 0) ^ (other[at] ?? 0);
}
