import { describe, expect, it } from 'vitest';
import { bytesOf } from '../hex.js';
import { BinTable, brandOf, networksOf } from './bin-table.js';
import { readCardContent } from './card-content.js';
import { CardFormatError } from './card-format-error.js';
import { readTag57, readTrack2 } from './track2.js';

const pan = (digits: string): Buffer => Buffer.from(digits, 'latin1');

describe('brands', () => {
  it.each([
    ['6221260000000000', ['unionpay', 'discover']],
    ['6229250000000000', ['unionpay', 'discover']],
    ['6229260000000000', ['unionpay']],
    ['36001290596390', ['diners', 'discover']],
    ['8100000000000000000', ['unionpay']],
    ['62000000000000000', ['unionpay']],
    ['3528000000000000', ['jcb']],
    ['411111111111', []],
    ['9999999999999999', []],
  ])('of %s, and the networks that take it as well', (digits, networks) => {
    expect([brandOf(pan(digits)), networksOf(pan(digits))]).toEqual([networks[0] ?? 'unknown', networks]);
  });

  it('begin and end on a day', () => {
    const mastercard = pan('2221000000000009');
    expect(brandOf(mastercard, new Date('2016-10-13T23:59:59Z'))).toBe('unknown');
    expect(brandOf(mastercard, new Date('2016-10-14T00:00:00Z'))).toBe('mastercard');
    const table = new BinTable([
      { brand: 'jcb', from: '3528', to: '3589', digits: [16, 16], validUntil: '2027-01-01' },
    ]);
    expect(table.find(pan('3528000000000000'), new Date('2026-12-31T23:59:59Z'))?.brand).toBe('jcb');
    expect(table.find(pan('3528000000000000'), new Date('2027-01-01T00:00:00Z'))).toBeUndefined();
  });

  it('come from the narrowest range of a table', () => {
    const table = new BinTable([
      { brand: 'visa', from: '4', to: '4', digits: [13, 19] },
      { brand: 'jcb', from: '41234567', to: '41234567', digits: [16, 16] },
    ]);
    expect([table.find(pan('4123456700000000'))?.brand, table.find(pan('4123456800000000'))?.brand]).toEqual([
      'jcb',
      'visa',
    ]);
  });

  it.each([
    { from: '5', to: '4' },
    { from: '40', to: '4' },
    { from: '4a', to: '4b' },
    { from: '', to: '' },
    { from: '4', to: '4', validFrom: '2027-01-01', validUntil: '2026-01-01' },
    { from: '4', to: '4', validFrom: 'soon' },
  ])('are never read from a range that is none: %o', (range) => {
    expect(() => new BinTable([{ brand: 'visa', digits: [16, 16], ...range }])).toThrow();
  });
});

describe('track 2', () => {
  it('is one piece of memory: wiping the text wipes every part', () => {
    for (const track of [
      readTag57(bytesOf('6210944517763613D29081011235285492365F')),
      readTrack2(Buffer.from(';6210944517763613=29081011235285492365?')),
    ]) {
      track.text.fill(0);
      expect([...track.pan, ...track.discretionaryData].every((byte) => byte === 0)).toBe(true);
    }
  });

  it('keeps no digit in its error', () => {
    try {
      readTrack2(Buffer.from(';6210944517763614=29081011235285492365?'));
      expect.unreachable();
    } catch (error) {
      expect(error).toBeInstanceOf(CardFormatError);
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toMatch(/6210/);
    }
  });
});

describe('content of a reader', () => {
  it('keeps EMV data apart from the account', () => {
    const content = readCardContent(
      'TLV',
      bytesOf('57136210944517763613D29081011235285492365F5A0862109445177636135F24032908315F3401019F36023568'),
    );
    expect([content.pan.toString(), content.expiry, content.psn]).toEqual(['6210944517763613', '2908', '01']);
    expect(content.emv?.reveal().toString('hex')).toBe('5f3401019f36023568');
    content.wipe();
    expect(
      [content.pan, content.track2!.reveal(), content.emv!.reveal()]
        .flatMap((bytes) => [...bytes])
        .every((byte) => byte === 0),
    ).toBe(true);
  });

  it('takes the account out of templates, too', () => {
    const content = readCardContent('TLV', bytesOf('701A57136210944517763613D29081011235285492365F9F36020001'));
    expect([content.pan.toString(), content.emv?.reveal().toString('hex')]).toEqual([
      '6210944517763613',
      '70059f36020001',
    ]);
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
