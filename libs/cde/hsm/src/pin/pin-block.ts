import { secretBuffer } from '../cipher/secret-buffer.js';
import { randomBytes, randomFillSync } from 'node:crypto';
import { ecbDecrypt, ecbEncrypt, xor } from '../cipher/block-cipher.js';
import { HsmError } from '../provider/hsm-error.js';
import type { PinFormat } from '../provider/hsm-provider.js';

const PIN_DIGITS_MIN = 4;
const PIN_DIGITS_MAX = 12;

/**
 * Clear PIN blocks live only inside one call of a provider; nothing of this file is exported by the library.
 * A PIN is a buffer of digit values (0 to 9), wiped by whoever holds it. @source ISO 9564-1:2017
 */

/** @throws HsmError `format` wrong control digit, length, digit or filler: also the sign of another PAN */
export function decodePinBlock(format: 0 | 1 | 3, block: Buffer, pan: Buffer): Buffer {
  if (block.length !== 8) throw invalid();
  const field = format === 1 ? Buffer.from(block) : xorAndWipe(block, panField8(pan));
  try {
    return readPinField(format, field);
  } finally {
    field.fill(0);
  }
}

export function encodePinBlock(format: 0 | 1 | 3, pin: Buffer, pan: Buffer): Buffer {
  const field = writePinField(format, pin, 16);
  if (format === 1) return field;
  const block = xorAndWipe(field, panField8(pan));
  field.fill(0);
  return block;
}

/** Format 4: AES(K, AES(K, pinField) xor panField). */
export function decipherFormat4(key: Buffer, block: Buffer, pan: Buffer): Buffer {
  if (block.length !== 16) throw invalid();
  const inner = ecbDecrypt('AES', key, block);
  const field = ecbDecrypt('AES', key, xorAndWipe(inner, panField16(pan)));
  try {
    return readPinField(4, field.subarray(0, 8));
  } finally {
    field.fill(0);
  }
}

export function encipherFormat4(key: Buffer, pin: Buffer, pan: Buffer): Buffer {
  const field = secretBuffer(16);
  const start = writePinField(4, pin, 16);
  start.copy(field);
  start.fill(0);
  randomFillSync(field, 8);
  const inner = ecbEncrypt('AES', key, field);
  field.fill(0);
  return ecbEncrypt('AES', key, xorAndWipe(inner, panField16(pan)));
}

/** PAN field of format 4: PAN length minus 12, the PAN, zeros to 32 digits; a PAN under 12 digits is left-filled. @param pan ASCII digits */
export function panField16(pan: Buffer): Buffer {
  const length = Math.max(0, pan.length - 12);
  return packDigits(32, (i) => (i === 0 ? length : digitAt(pan, i - 1 - Math.max(0, 12 - pan.length))));
}

/** The PAN field goes after its use: it is most of a card number. */
function xorAndWipe(block: Buffer, panField: Buffer): Buffer {
  const out = xor(block, panField);
  panField.fill(0);
  return out;
}

/** 0000 and the 12 digits left of the check digit. */
function panField8(pan: Buffer): Buffer {
  return packDigits(16, (i) => (i < 4 ? 0 : digitAt(pan, pan.length - 17 + i)));
}

/** Digit at a place of the PAN; 0 before and after it. No string is made of a PAN here: strings cannot be wiped. */
function digitAt(pan: Buffer, index: number): number {
  return (pan[index] ?? 0x30) - 0x30;
}

function packDigits(digits: number, digit: (index: number) => number): Buffer {
  const out = secretBuffer(digits / 2);
  for (let i = 0; i < digits; i += 1) out[i >> 1]! |= i % 2 === 0 ? digit(i) << 4 : digit(i);
  return out;
}

function nibble(bytes: Buffer, index: number): number {
  const byte = bytes[index >> 1]!;
  return index % 2 === 0 ? byte >> 4 : byte & 0x0f;
}

function readPinField(format: PinFormat, field: Buffer): Buffer {
  const length = nibble(field, 1);
  if (nibble(field, 0) !== format || length < PIN_DIGITS_MIN || length > PIN_DIGITS_MAX) throw invalid();
  const pin = secretBuffer(length);
  for (let i = 0; i < 14; i += 1) {
    const digit = nibble(field, i + 2);
    if (i < length) pin[i] = digit;
    if (i < length ? digit > 9 : !isFiller(format, digit)) {
      pin.fill(0);
      throw invalid();
    }
  }
  return pin;
}

function isFiller(format: PinFormat, digit: number): boolean {
  if (format === 0) return digit === 0xf;
  if (format === 4) return digit === 0xa;
  return format === 1 || digit >= 0xa;
}

function writePinField(format: PinFormat, pin: Buffer, nibbles: 16): Buffer {
  if (pin.length < PIN_DIGITS_MIN || pin.length > PIN_DIGITS_MAX) throw invalid();
  const random = randomBytes(nibbles);
  const out = secretBuffer(nibbles / 2);
  for (let i = 0; i < nibbles; i += 1) {
    const digit = i === 0 ? format : i === 1 ? pin.length : (pin[i - 2] ?? filler(format, random[i]!));
    out[i >> 1]! |= i % 2 === 0 ? digit << 4 : digit;
  }
  return out;
}

function filler(format: PinFormat, random: number): number {
  if (format === 0) return 0xf;
  if (format === 4) return 0xa;
  return format === 1 ? random & 0x0f : 0xa + (random % 6);
}

function invalid(): HsmError {
  return new HsmError('format', 'the PIN block cannot be read');
}
