import { randomBytes, timingSafeEqual } from 'node:crypto';
import { cbcEncrypt, decryptData, type CipherFamily } from '../cipher/block-cipher.js';
import { secretBuffer } from '../cipher/secret-buffer.js';
import { cmac } from '../mac/cmac.js';
import { KeyBlockError } from './key-block-error.js';
import { CHARACTERS_MAX, VERSION_BYTES, readHeader, writeHeader, type KeyBlockHeader } from './key-block-header.js';
import { blockKeys } from './key-block-keys.js';
import { checkKeyValue, checkSlot, checkStrength, type KeySlot } from './key-slot.js';

/** A key out of its block. The caller wipes `key`. */
export interface OpenedKeyBlock {
  readonly header: KeyBlockHeader;
  readonly key: Buffer;
}

/** Clear key data is padded to the longest key of its algorithm, so that the block does not tell how long the key is. */
const LONGEST_KEY: Readonly<Record<string, number>> = { A: 32, T: 24, H: 64 };
const LENGTH_BYTES = 2;

/**
 * Open a key block (TR-31 version B or D): header ‖ ciphertext in hex ‖ MAC in hex. The MAC is the IV of the ciphertext and covers
 * header and clear key data; it is compared in constant time before anything of the clear data is looked at.
 *
 * @param kbpk key block protection key: TDES (16 or 24 bytes) for B, AES for D
 * @param slot what the place takes; without one usage and mode are not checked
 * @returns the key, wiped by the caller
 * @throws KeyBlockError one answer for every fault
 * @source ANSI X9.143-2022, TR-31:2018
 */
export function openKeyBlock(kbpk: Buffer, text: string, slot?: KeySlot): OpenedKeyBlock {
  if (text.length > CHARACTERS_MAX) throw new KeyBlockError();
  const { header, end } = readHeader(text);
  if (slot !== undefined) checkSlot(header, slot);
  const clear = openData(kbpk, header, text, end);
  try {
    const key = readKey(clear);
    try {
      checkStrength(header, kbpk.length, key.length);
      checkKeyValue(header, slot, key);
      return { header, key };
    } catch (error) {
      key.fill(0);
      throw error;
    }
  } finally {
    clear.fill(0);
  }
}

/**
 * Put a key into a block. The padding is random; a PB block is added where the header needs one.
 * @param keyDataBytes length of the padded key data, at least two more than the key; by default the longest of its algorithm
 * @throws KeyBlockError the key may not be exported (`N`), the protection key is weaker than it, or a header that cannot be written
 * @source ANSI X9.143-2022
 */
export function sealKeyBlock(kbpk: Buffer, header: KeyBlockHeader, key: Buffer, keyDataBytes?: number): string {
  checkStrength(header, kbpk.length, key.length);
  const { block, mac: macBytes } = VERSION_BYTES[header.version];
  const least = LENGTH_BYTES + Math.max(key.length, LONGEST_KEY[header.algorithm] ?? 0);
  const clear = keyData(key, Math.ceil((keyDataBytes ?? least) / block) * block);
  const keys = blockKeys(header.version, kbpk);
  try {
    const head = writeHeader(header, (clear.length + macBytes) * 2);
    const mac = macOf(familyOf(header), keys.mac, head, clear);
    const cipher = cbcEncrypt(familyOf(header), keys.encryption, mac, clear);
    return head + Buffer.concat([cipher, mac]).toString('hex').toUpperCase();
  } finally {
    for (const bytes of [clear, keys.encryption, keys.mac]) bytes.fill(0);
  }
}

function openData(kbpk: Buffer, header: KeyBlockHeader, text: string, end: number): Buffer {
  const { block, mac: macBytes } = VERSION_BYTES[header.version];
  const tail = text.slice(end);
  const cipherCharacters = tail.length - macBytes * 2;
  const isWhole = cipherCharacters > 0 && cipherCharacters % (block * 2) === 0 && /^[0-9A-F]+$/.test(tail);
  if (!isWhole) throw new KeyBlockError();
  const mac = Buffer.from(tail.slice(cipherCharacters), 'hex');
  const data = Buffer.from(tail.slice(0, cipherCharacters), 'hex');
  const keys = blockKeys(header.version, kbpk);
  try {
    const clear = decryptData(familyOf(header), keys.encryption, { mode: 'CBC', iv: mac, data });
    if (timingSafeEqual(macOf(familyOf(header), keys.mac, text.slice(0, end), clear), mac)) return clear;
    clear.fill(0);
    throw new KeyBlockError();
  } finally {
    keys.encryption.fill(0);
    keys.mac.fill(0);
  }
}

function macOf(family: CipherFamily, key: Buffer, head: string, clear: Buffer): Buffer {
  const message = secretBuffer(head.length + clear.length);
  message.write(head, 'latin1');
  clear.copy(message, head.length);
  const mac = cmac(family, key, message);
  message.fill(0);
  return mac;
}

/** Length in bits (2 bytes), the key, random padding. */
function readKey(clear: Buffer): Buffer {
  const bits = clear.readUInt16BE(0);
  if (bits === 0 || bits % 8 !== 0 || LENGTH_BYTES + bits / 8 > clear.length) throw new KeyBlockError();
  const key = secretBuffer(bits / 8);
  clear.copy(key, 0, LENGTH_BYTES);
  return key;
}

function keyData(key: Buffer, bytes: number): Buffer {
  if (bytes < LENGTH_BYTES + key.length) throw new KeyBlockError();
  const clear = secretBuffer(bytes);
  clear.writeUInt16BE(key.length * 8, 0);
  key.copy(clear, LENGTH_BYTES);
  randomBytes(bytes - LENGTH_BYTES - key.length).copy(clear, LENGTH_BYTES + key.length);
  return clear;
}

function familyOf({ version }: KeyBlockHeader): CipherFamily {
  return version === 'B' ? 'TDES' : 'AES';
}
