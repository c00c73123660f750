import { createHash } from 'node:crypto';
import { decimalize, packLeft } from '../card/digits.js';
import { CardFormatError } from '../card/card-format-error.js';
import { ecbEncrypt } from '../cipher/block-cipher.js';
import { secretBuffer } from '../cipher/secret-buffer.js';

/**
 * How an issuer makes the key of a card. B differs from A for PANs of 17 to 19 digits only. Libraries disagree about which one
 * Visa cryptogram versions 18 and 22 use for them, so it is configuration of the issuer.
 */
export type IccDerivation = 'A' | 'B';

const Y_BYTES = 8;
const OPTION_A_DIGITS = 16;

/**
 * Master key of one card, odd parity. The caller wipes it.
 * @param issuerMasterKey double-length TDES key
 * @param pan 12 to 19 ASCII digits
 * @param psn PAN sequence number, two digits
 * @throws CardFormatError a PAN or sequence number of another form
 * @source EMV Book 2, A1.4.1 and A1.4.2
 */
export function iccMasterKey(issuerMasterKey: Buffer, pan: Buffer, psn: string, derivation: IccDerivation): Buffer {
  if (!/^[0-9]{2}$/.test(psn) || pan.length < 12 || pan.length > 19) throw new CardFormatError();
  const digits = Buffer.concat([pan, Buffer.from(psn, 'latin1')]);
  const y = derivation === 'B' && pan.length > OPTION_A_DIGITS ? hashedDigits(digits) : lastDigits(digits);
  const input = secretBuffer(Y_BYTES * 2);
  for (let i = 0; i < Y_BYTES; i += 1) {
    input[i] = y[i]!;
    input[i + Y_BYTES] = y[i]! ^ 0xff;
  }
  const key = withOddParity(ecbEncrypt('TDES', issuerMasterKey, input));
  for (const bytes of [digits, y, input]) bytes.fill(0);
  return key;
}

/** Odd parity in each byte, in place: cards store their keys like that. */
export function withOddParity(key: Buffer): Buffer {
  for (let i = 0; i < key.length; i += 1) {
    let ones = 0;
    for (let rest = key[i]! >> 1; rest !== 0; rest >>= 1) ones += rest & 1;
    key[i] = (key[i]! & 0xfe) | (ones % 2 === 0 ? 1 : 0);
  }
  return key;
}

function lastDigits(digits: Buffer): Buffer {
  return packLeft(digits.subarray(Math.max(0, digits.length - OPTION_A_DIGITS)), Y_BYTES);
}

function hashedDigits(digits: Buffer): Buffer {
  const packed = packLeft(digits, Math.ceil(digits.length / 2));
  const hash = createHash('sha1').update(packed).digest();
  const decimal = decimalize(hash, OPTION_A_DIGITS);
  for (let i = 0; i < decimal.length; i += 1) decimal[i]! += 0x30;
  const y = packLeft(decimal, Y_BYTES);
  for (const bytes of [packed, hash, decimal]) bytes.fill(0);
  return y;
}
