import { secretBuffer } from '../cipher/secret-buffer.js';
import { CardFormatError } from './card-format-error.js';

/**
 * Pack digits two to a byte, zeros on the left up to `bytes`. No string is made of a card number: strings cannot be wiped.
 * @param digits ASCII digits
 * @throws CardFormatError another character, or more digits than fit
 */
export function packLeft(digits: Buffer, bytes: number): Buffer {
  return pack(digits, bytes, bytes * 2 - digits.length);
}

/** The same with zeros on the right. @throws CardFormatError as {@link packLeft} */
export function packRight(digits: Buffer, bytes: number): Buffer {
  return pack(digits, bytes, 0);
}

function pack(digits: Buffer, bytes: number, start: number): Buffer {
  const out = secretBuffer(bytes);
  for (let i = 0; i < digits.length; i += 1) {
    const digit = digits[i]! - 0x30;
    const at = start + i;
    if (digit < 0 || digit > 9 || start < 0 || at >= bytes * 2) {
      out.fill(0);
      throw new CardFormatError();
    }
    out[at >> 1]! |= at % 2 === 0 ? digit << 4 : digit;
  }
  return out;
}

/**
 * Decimal digits of a binary value: its digits 0-9 from the left, then, if they are too few, its letters with A as 0.
 * @returns digit values 0 to 9
 * @source the decimalization of Visa CVV and of EMV Book 2 A1.4.2
 */
export function decimalize(bytes: Buffer, count: number): Buffer {
  const out = secretBuffer(count);
  let length = 0;
  for (const wantsLetters of [false, true]) {
    for (let i = 0; i < bytes.length * 2 && length < count; i += 1) {
      const nibble = i % 2 === 0 ? bytes[i >> 1]! >> 4 : bytes[i >> 1]! & 0x0f;
      if (nibble > 9 === wantsLetters) out[length++] = wantsLetters ? nibble - 10 : nibble;
    }
  }
  return out;
}
