import { describe, expect, it } from 'vitest';
import { CardFormatError } from '../card/card-format-error.js';
import { bytesOf } from '../hex.js';
import { cardValue, isCardValue } from './card-value.js';

const CVK = bytesOf('255B7534F1BFA816C12AB6615757B916');
const pan = Buffer.from('4000004463760052');
const text = (value: string): Buffer => Buffer.from(value, 'latin1');

describe('card values', () => {
  it('take the service codes 000 and 999 for CVV2 and iCVV, and no other', () => {
    const of = (type: 'CVV' | 'CVV2' | 'iCVV', serviceCode?: string) =>
      cardValue(CVK, { type, pan, expiry: '2808', serviceCode }).toString();
    expect([of('CVV2'), of('iCVV')]).toEqual([of('CVV', '000'), of('CVV', '999')]);
    expect(() => of('CVV2', '101')).toThrow(CardFormatError);
    expect(() => of('CVV')).toThrow(CardFormatError);
  });

  it('are compared whole; a CVC3 in the digits that the track carries', () => {
    const input = { type: 'CVV2', pan, expiry: '2808' } as const;
    const value = cardValue(CVK, input);
    expect(isCardValue(CVK, input, value)).toBe(true);
    expect(isCardValue(CVK, input, value.subarray(1))).toBe(false);
    expect(isCardValue(CVK, input, Buffer.concat([value, value]))).toBe(false);
    const dynamic = {
      type: 'CVC3',
      pan,
      atc: bytesOf('0001'),
      un: bytesOf('00000001'),
      track: bytesOf('4000'),
    } as const;
    const five = cardValue(CVK, dynamic);
    for (const digits of [3, 4, 5]) expect(isCardValue(CVK, dynamic, five.subarray(5 - digits))).toBe(true);
    for (const digits of [0, 1, 2]) expect(isCardValue(CVK, dynamic, five.subarray(5 - digits))).toBe(false);
    expect(isCardValue(CVK, dynamic, text('000000'))).toBe(false);
  });

  it.each([
    { type: 'CVV', serviceCode: '201' },
    { type: 'CVV', expiry: '28', serviceCode: '201' },
    { type: 'CVV', expiry: '2808', serviceCode: '20x' },
    { type: 'CVV2', expiry: '2808', pan: text('400000446376005x') },
    { type: 'CVV2', expiry: '2808', pan: text('4000') },
    { type: 'dCVV', expiry: '2808', serviceCode: '201' },
    { type: 'dCVV', expiry: '2808', serviceCode: '201', atc: bytesOf('00AF') },
    { type: 'CVC3', atc: bytesOf('0001'), un: bytesOf('0001'), track: Buffer.alloc(4) },
    { type: 'CVC3', atc: bytesOf('0001'), un: bytesOf('00000001') },
  ] as const)('are refused when a part is missing or of another form: $type', (input) => {
    expect(() => cardValue(CVK, { pan, ...input })).toThrow(CardFormatError);
  });
});
