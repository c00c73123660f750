import { describe, expect, it } from 'vitest';
import { bytesOf, vectorCases } from '../vector-cases.js';
import { brandOf } from './bin-table.js';
import { readCardContent } from './card-content.js';
import { CardFormatError } from './card-format-error.js';
import { hasLuhnDigit, maskPan } from './pan.js';
import { readTag57, readTrack2 } from './track2.js';

interface TrackCase {
  id: string;
  form: 'ASCII' | 'TAG57';
  value: string;
  ok: boolean;
  expect?: {
    pan: string;
    expiry: string;
    serviceCode: string;
    discretionaryData: string;
    maskedPan: string;
    masked8x4: string;
  };
}

const read = (one: TrackCase) =>
  one.form === 'ASCII' ? readTrack2(Buffer.from(one.value)) : readTag57(bytesOf(one.value));

describe('track 2', () => {
  it.each(vectorCases<TrackCase>('track2').filter((one) => one.ok))('reads published case $id', (one) => {
    const { pan, expiry, serviceCode, discretionaryData, text } = read(one);
    expect({
      pan: pan.toString(),
      expiry,
      serviceCode,
      discretionaryData: discretionaryData.toString(),
      maskedPan: maskPan(pan),
      masked8x4: maskPan(pan, 8),
    }).toEqual(one.expect);
    text.fill(0);
    expect(pan.every((byte) => byte === 0)).toBe(true);
  });

  it.each(vectorCases<TrackCase>('track2').filter((one) => !one.ok))('refuses published case $id', (one) => {
    expect(() => read(one)).toThrow(CardFormatError);
  });
});

it.each(vectorCases<{ id: string; pan: string; luhn: boolean; brand: string }>('pan-brands'))(
  'knows brand and check digit of published case $id',
  ({ pan, luhn, brand }) => {
    expect([hasLuhnDigit(Buffer.from(pan)), brandOf(Buffer.from(pan))]).toEqual([luhn, brand]);
  },
);

describe('content of a reader', () => {
  it('keeps EMV data apart from the account', () => {
    const content = readCardContent(
      'TLV',
      bytesOf('57136210944517763613D29081011235285492365F5A0862109445177636135F24032908315F3401019F36023568'),
    );
    expect([content.pan.toString(), content.expiry, content.psn]).toEqual(['6210944517763613', '2908', '01']);
    expect(content.emv?.toString('hex')).toBe('5f3401019f36023568');
    content.wipe();
    expect(
      [content.pan, content.track2!, content.emv!].flatMap((bytes) => [...bytes]).every((byte) => byte === 0),
    ).toBe(true);
  });

  it('takes the account out of templates, too', () => {
    const content = readCardContent('TLV', bytesOf('701A57136210944517763613D29081011235285492365F9F36020001'));
    expect([content.pan.toString(), content.emv?.toString('hex')]).toEqual(['6210944517763613', '70059f36020001']);
  });

  it('refuses a chip that names two accounts', () => {
    expect(() =>
      readCardContent('TLV', bytesOf('57136210944517763613D29081011235285492365F5A084111111111111111')),
    ).toThrow(CardFormatError);
  });

  it.each(['4111111111111111', '4111111111111112=2908', '4111111111111111=2913', '=2908', ''])(
    'refuses keyed entry %s',
    (text) => {
      expect(() => readCardContent('PAN_ENTRY', Buffer.from(text))).toThrow(CardFormatError);
    },
  );
});
