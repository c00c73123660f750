import { ecbDecrypt, ecbEncrypt, type CipherFamily } from '../cipher/block-cipher.js';
import { HsmError } from '../provider/hsm-error.js';
import type { PinFormat } from '../provider/hsm-provider.js';
import { decipherFormat4, decodePinBlock, encipherFormat4, encodePinBlock } from './pin-block.js';

/** A PIN key and the format of the block under it. */
export interface PinKeySide {
  readonly key: Buffer;
  readonly family: CipherFamily;
  readonly format: PinFormat;
}

/** Formats that may follow each other. Never to format 1, which is not bound to a PAN. @source ISO 9564-1, card-crypto.md §6 */
const ALLOWED: Readonly<Record<PinFormat, readonly PinFormat[]>> = {
  0: [0, 3, 4],
  1: [0, 3, 4],
  3: [0, 3, 4],
  4: [0, 3, 4],
};

/**
 * Decrypt a PIN block and encrypt it for another zone; the PAN is the same on both sides.
 * @throws HsmError `unsupported` a pair of formats, or a format under the wrong kind of key; `format` the block cannot be read
 */
export function translatePinBlock(from: PinKeySide, block: Buffer, to: PinKeySide, pan: Buffer): Buffer {
  if (!ALLOWED[from.format].includes(to.format))
    throw new HsmError('unsupported', 'this PIN translation is not allowed');
  checkSide(from);
  checkSide(to);
  const pin = openBlock(from, block, pan);
  try {
    return closeBlock(to, pin, pan);
  } finally {
    pin.fill(0);
  }
}

/** AES keys carry format 4 and TDES keys the 8-byte formats; anything else would leave half of a cipher block to chance. */
function checkSide(side: PinKeySide): void {
  if ((side.family === 'AES') !== (side.format === 4)) {
    throw new HsmError('unsupported', 'AES keys carry PIN format 4 only, TDES keys the others');
  }
}

function openBlock(side: PinKeySide, block: Buffer, pan: Buffer): Buffer {
  if (side.format === 4) return decipherFormat4(side.key, block, pan);
  if (block.length !== 8) throw new HsmError('format', 'the PIN block cannot be read');
  const clear = ecbDecrypt('TDES', side.key, block);
  try {
    return decodePinBlock(side.format, clear, pan);
  } finally {
    clear.fill(0);
  }
}

function closeBlock(side: PinKeySide, pin: Buffer, pan: Buffer): Buffer {
  if (side.format === 4) return encipherFormat4(side.key, pin, pan);
  const clear = encodePinBlock(side.format, pin, pan);
  try {
    return ecbEncrypt('TDES', side.key, clear);
  } finally {
    clear.fill(0);
  }
}
