import { secretBuffer } from '../cipher/secret-buffer.js';
import { CardFormatError } from './card-format-error.js';
import { isDigits, isExpiry, isPan } from './pan.js';

/** Longest text between the sentinels. @source ISO/IEC 7813 */
const CHARACTERS_MAX = 37;
const START = 0x3b; // ;
const END = 0x3f; // ?
const SEPARATOR = 0x3d; // =

/** Track 2, read. The buffers are views into `text`: wiping it wipes them all. */
export interface Track2 {
  /** The whole track without sentinels, `=` as separator, ASCII. Sensitive authentication data. */
  readonly text: Buffer;
  readonly pan: Buffer;
  /** YYMM. */
  readonly expiry: string;
  readonly serviceCode: string;
  readonly discretionaryData: Buffer;
}

/**
 * Read track 2 as a stripe reader sends it: `;PAN=YYMMSSSdd?`.
 * @throws CardFormatError sentinels, length, Luhn digit, month or a character is wrong
 */
export function readTrack2(ascii: Buffer): Track2 {
  if (ascii.length < 2 || ascii[0] !== START || ascii[ascii.length - 1] !== END) throw new CardFormatError();
  return readText(Buffer.from(ascii.subarray(1, -1)));
}

/**
 * Read tag 57: the same track in hex digits, D as separator, F to fill the last byte.
 * @throws CardFormatError as {@link readTrack2}
 */
export function readTag57(value: Buffer): Track2 {
  return readText(unpackDigits(value));
}

/**
 * Digits of a compressed numeric value as ASCII, F filling on the right taken off, D as `=`.
 * @throws CardFormatError another letter, or a digit after the filling
 */
export function unpackDigits(value: Buffer): Buffer {
  const text = secretBuffer(value.length * 2);
  let length = 0;
  let isPadded = false;
  for (let i = 0; i < text.length; i += 1) {
    const digit = i % 2 === 0 ? value[i >> 1]! >> 4 : value[i >> 1]! & 0x0f;
    if (isPadded && digit !== 0xf) throw new CardFormatError();
    if (digit === 0xf) isPadded = true;
    else text[length++] = digitCharacter(digit);
  }
  return text.subarray(0, length);
}

function digitCharacter(digit: number): number {
  if (digit === 0xd) return SEPARATOR;
  if (digit > 9) throw new CardFormatError();
  return 0x30 + digit;
}

function readText(text: Buffer): Track2 {
  const separator = text.indexOf(SEPARATOR);
  const pan = text.subarray(0, Math.max(0, separator));
  const rest = text.subarray(separator + 1);
  const expiry = rest.toString('latin1', 0, 4);
  const isTrack =
    separator > 0 &&
    text.length <= CHARACTERS_MAX &&
    rest.length >= 7 &&
    isDigits(rest) &&
    isExpiry(expiry) &&
    isPan(pan);
  if (!isTrack) {
    text.fill(0);
    throw new CardFormatError();
  }
  return { text, pan, expiry, serviceCode: rest.toString('latin1', 4, 7), discretionaryData: rest.subarray(7) };
}
