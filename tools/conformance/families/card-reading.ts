import { TlvFormatError, decodeTlv, encodeTlv, type TlvItem } from '@tsunagu/emv';
import { CardFormatError, brandOf, hasLuhnDigit, maskPan, readTag57, readTrack2 } from '@tsunagu/hsm/primitives';
import type { Family } from '../family.js';
import { VectorCase, hexOf, refuses, same } from '../vector-case.js';

/** Track 2 as text and as tag 57. */
export const track2: Family = {
  name: 'track2',
  recognises: (one) => one.has('form') && one.has('value'),
  async run(one) {
    const form = one.oneOf('form', ['ASCII', 'TAG57']);
    const read = form === 'ASCII' ? readTrack2 : readTag57;
    if (!one.isAccepted) {
      const refused = form === 'ASCII' ? Buffer.from(one.text('value'), 'latin1') : one.bytesIfHex('value');
      one.skip('expect');
      if (refused !== undefined) await refuses(() => read(refused), [CardFormatError]);
      return 'passed';
    }
    const value = form === 'ASCII' ? Buffer.from(one.text('value'), 'latin1') : one.bytes('value');
    const { pan, expiry, serviceCode, discretionaryData } = read(value);
    const expected = one.part('expect');
    same('pan', pan.toString('latin1'), expected.text('pan'));
    same('expiry', expiry, expected.text('expiry'));
    same('serviceCode', serviceCode, expected.text('serviceCode'));
    same('discretionaryData', discretionaryData.toString('latin1'), expected.text('discretionaryData'));
    if (expected.has('maskedPan')) same('maskedPan', maskPan(pan), expected.text('maskedPan'));
    if (expected.has('masked8x4')) same('masked8x4', maskPan(pan, 8), expected.text('masked8x4'));
    return 'passed';
  },
};

/** Brand and check digit of card numbers. */
export const panBrands: Family = {
  name: 'pan-brands',
  recognises: (one) => one.has('luhn') && one.has('brand'),
  async run(one) {
    const pan = Buffer.from(one.text('pan'), 'latin1');
    same('luhn', hasLuhnDigit(pan), one.flag('luhn'));
    same('brand', brandOf(pan), one.text('brand'));
    return 'passed';
  },
};

/** Field 55. */
export const de55: Family = {
  name: 'de55-tlv',
  recognises: (one) => one.has('hex') && (one.has('tags') || one.has('ok')),
  async run(one) {
    if (!one.isAccepted) {
      const refused = one.bytesIfHex('hex');
      one.skip('tags');
      if (refused !== undefined) await refuses(() => decodeTlv(refused), [TlvFormatError]);
      return 'passed';
    }
    const items = decodeTlv(one.bytes('hex'));
    const expected = one.list('tags');
    compareItems(items, expected);
    // written back it means the same: the length form and zeros between items are the sender's choice
    compareItems(decodeTlv(encodeTlv(items)), expected);
    return 'passed';
  },
};

function compareItems(items: readonly TlvItem[], expected: readonly VectorCase[]): void {
  same('number of tags', items.length, expected.length);
  for (const [index, want] of expected.entries()) {
    const item = items[index]!;
    same(`tag ${index}`, item.tag, want.text('tag').toUpperCase());
    same(`value of ${item.tag}`, hexOf(item.value), want.text('value').toUpperCase());
    same(`nesting of ${item.tag}`, item.children !== undefined, want.has('children'));
    if (item.children !== undefined) compareItems(item.children, want.list('children'));
  }
}
