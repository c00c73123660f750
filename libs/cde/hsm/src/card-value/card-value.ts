import { timingSafeEqual } from 'node:crypto';
import { CardFormatError } from '../card/card-format-error.js';
import { decimalize, packRight } from '../card/digits.js';
import { isDigits } from '../card/pan.js';
import { ecbEncrypt, xor } from '../cipher/block-cipher.js';
import { iccMasterKey } from '../emv/icc-master-key.js';
import { retailMac } from '../mac/iso9797.js';

/** CVV of the stripe, CVV2 of the back, iCVV of the chip, dCVV and CVC3 of contactless stripe mode. */
export type CardValueType = 'CVV' | 'CVV2' | 'iCVV' | 'dCVV' | 'CVC3';

/** What a card value is computed from; digits are ASCII. */
export interface CardValueInput {
  readonly type: CardValueType;
  readonly pan: Buffer;
  /** 4 digits as this value has them: YYMM on the stripe, issuer-defined for CVV2. Not for CVC3. */
  readonly expiry?: string;
  /** 3 digits, for CVV and dCVV. */
  readonly serviceCode?: string;
  /** 2 digits, 00 by default; for dCVV and CVC3. */
  readonly psn?: string;
  /** Transaction counter, 2 bytes; for dCVV and CVC3. For dCVV its four digits must be decimal. */
  readonly atc?: Buffer;
  /** Unpredictable number, 4 bytes; for CVC3. */
  readonly un?: Buffer;
  /** Track template of a CVC3. */
  readonly track?: Buffer;
}

/** Service code that stands for the two values without one. @source Visa CVV2 and iCVV practice */
const FIXED_SERVICE_CODE: Readonly<Partial<Record<CardValueType, string>>> = { CVV2: '000', iCVV: '999' };
const BLOCK_BYTES = 16;
const CVV_DIGITS = 3;
const CVC3_DIGITS = 5;

/**
 * Compute a card value.
 * @param key CVK-A‖CVK-B for CVV, CVV2 and iCVV; issuer master key for dCVV and CVC3
 * @returns ASCII digits: 3, or 5 for CVC3
 * @throws CardFormatError a part is missing or of another form
 * @source card-crypto.md section 8; vectors `card-verification`
 */
export function cardValue(key: Buffer, input: CardValueInput): Buffer {
  if (input.pan.length < 12 || input.pan.length > 19 || !isDigits(input.pan)) throw new CardFormatError();
  if (input.type === 'CVC3') return cvc3(key, input);
  return input.type === 'dCVV' ? dynamicCvv(key, input) : cvv(key, input.pan, input);
}

/**
 * Check a card value in constant time. A CVC3 is compared in the last digits that the track carries.
 * @param value ASCII digits: 3, or 3 to 5 for CVC3
 */
export function isCardValue(key: Buffer, input: CardValueInput, value: Buffer): boolean {
  const expected = cardValue(key, input);
  const tail = input.type === 'CVC3' ? expected.subarray(Math.max(0, CVC3_DIGITS - value.length)) : expected;
  const isRight = value.length >= CVV_DIGITS && tail.length === value.length && timingSafeEqual(tail, value);
  expected.fill(0);
  return isRight;
}

function cvv(key: Buffer, pan: Buffer, { type, expiry, serviceCode }: CardValueInput): Buffer {
  const service = FIXED_SERVICE_CODE[type] ?? serviceCode;
  if (serviceCode !== undefined && serviceCode !== service) throw new CardFormatError();
  if (!/^[0-9]{4}$/.test(expiry ?? '') || !/^[0-9]{3}$/.test(service ?? '')) throw new CardFormatError();
  const digits = Buffer.concat([pan, Buffer.from(`${expiry}${service}`, 'latin1')]);
  const block = packRight(digits, BLOCK_BYTES);
  const x = xor(ecbEncrypt('TDES', key.subarray(0, 8), block.subarray(0, 8)), block.subarray(8));
  const y = ecbEncrypt('TDES', key, x);
  for (const bytes of [digits, block, x]) bytes.fill(0);
  return ascii(decimalize(y, CVV_DIGITS));
}

/** Visa: the card's own key, and its counter in place of the first four digits of the PAN. */
function dynamicCvv(issuerMasterKey: Buffer, input: CardValueInput): Buffer {
  const counter = input.atc?.toString('hex') ?? '';
  if (!/^[0-9]{4}$/.test(counter)) throw new CardFormatError();
  const key = iccMasterKey(issuerMasterKey, input.pan, input.psn ?? '00', 'A');
  const pan = Buffer.from(input.pan);
  pan.write(counter, 0, 'latin1');
  try {
    return cvv(key, pan, input);
  } finally {
    key.fill(0);
    pan.fill(0);
  }
}

/** Mastercard: two bytes of a MAC over the track template, then one block with number and counter. */
function cvc3(issuerMasterKey: Buffer, { pan, psn, atc, un, track }: CardValueInput): Buffer {
  if (atc?.length !== 2 || un?.length !== 4 || track === undefined) throw new CardFormatError();
  const key = iccMasterKey(issuerMasterKey, pan, psn ?? '00', 'A');
  const iv = retailMac(key, track, 2).subarray(6);
  const block = ecbEncrypt('TDES', key, Buffer.concat([iv, un, atc]));
  key.fill(0);
  return Buffer.from(String(block.readUInt16BE(6)).padStart(CVC3_DIGITS, '0'), 'latin1');
}

function ascii(digits: Buffer): Buffer {
  for (let i = 0; i < digits.length; i += 1) digits[i]! += 0x30;
  return digits;
}
