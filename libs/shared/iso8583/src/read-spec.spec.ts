import { describe, expect, it } from 'vitest';
import { IsoMessage, SpecError, compileSpec, defineSpec, readSpec } from './index.js';

const refusal = (content: unknown): string => {
  try {
    readSpec(content);
  } catch (error) {
    if (error instanceof SpecError) return error.message;
    throw error;
  }
  return 'accepted';
};

describe('a spec from a file', () => {
  it('is TSN-93 in the house profile when it says nothing', () => {
    expect(readSpec({})).toEqual(defineSpec('hybrid'));
    expect(readSpec({ profile: 'binary-lp' })).toEqual(defineSpec('binary-lp'));
  });

  it('changes any field of a link without code: options, width, kind, name, content', () => {
    const spec = readSpec(
      JSON.parse(`{ "profile": "ascii", "fields": {
        "35": { "characters": "track-nibbles", "padNibble": "F", "prefix": "binary" },
        "60": { "name": "Branch", "value": "num", "length": "fixed", "max": 5 },
        "62": { "content": "tlv-private" },
        "63": null } }`),
    );
    const codec = compileSpec(spec);
    const message = new IsoMessage('1200', { 35: '4111111111111111D2912', 60: '42', 62: 'ZZ01002hi' });
    const bytes = codec.encode(message);
    expect(codec.decode(bytes).text(60)).toBe('00042');
    expect(bytes.toString('latin1').endsWith('00042' + '009ZZ01002hi')).toBe(true);
    expect(() => codec.encode(new IsoMessage('1200', { 63: 'x' }))).toThrow();
    expect(() => codec.encode(new IsoMessage('1200', { 62: 'ZZ01009hi' }))).toThrow();
    expect(spec.fields.find(({ field }) => field === 60)).toMatchObject({ name: 'Branch', isSensitive: true });
  });

  it('leaves the base as it is', () => {
    readSpec({ fields: { 2: { max: 12 }, 4: null } });
    expect(
      readSpec({})
        .fields.filter(({ field }) => field === 2 || field === 4)
        .map(({ max }) => max),
    ).toEqual([19, 12]);
  });

  it.each([
    ['nothing', null, 'the file must be an object'],
    ['a list', [], 'the file must be an object'],
    [
      'a member that is not known',
      { fieldz: {} },
      'fieldz is not known; there are base, profile, wire, fields, lenient',
    ],
    [
      'another base',
      { base: 'iso8583-2003' },
      'base must be one of iso8583-1993, unionpay-1987, unionpay-1987-terminal',
    ],
    ['another profile', { profile: 'xml' }, 'profile must be one of ascii, hybrid, binary, binary-lp'],
    ['an option that is not known', { fields: { 2: { digit: 'bcd' } } }, 'fields.2.digit is not known'],
    [
      'a value that is not known',
      { fields: { 2: { digits: 'bcd' } } },
      'fields.2.digits must be one of ascii, ebcdic, bcd-pad-last, bcd-pad-first',
    ],
    ['a field option for the whole message', { wire: { chars: 'x' } }, 'wire.chars is not known'],
    ['field 1', { fields: { 1: {} } }, 'fields may name the fields 2 to 128 without 65'],
    ['field 65', { fields: { 65: { max: 1 } } }, 'fields may name the fields 2 to 128 without 65'],
    ['no number', { fields: { pan: {} } }, 'fields may name the fields 2 to 128 without 65'],
    ['no width', { fields: { 48: { max: 0 } } }, 'fields.48.max must be a whole number from 1 to 9999'],
    ['a width in words', { fields: { 48: { max: '9' } } }, 'fields.48.max must be a whole number from 1 to 9999'],
    [
      'a width that the prefix cannot say',
      { fields: { 48: { max: 1000 } } },
      'fields.48 has a maximum that its length prefix cannot say',
    ],
    [
      'one byte for a long field',
      { fields: { 48: { prefix: 'binary-byte' } } },
      'fields.48 has a maximum that its length prefix cannot say',
    ],
    [
      'hex bytes beyond two digits',
      { fields: { 53: { binaryVariable: 'hex', prefixUnit: 'bytes', max: 50 } } },
      'fields.53 has a maximum that its length prefix cannot say',
    ],
    [
      'showing what is hidden',
      { fields: { 2: { sensitive: false } } },
      'fields.2.sensitive can only be true: what the base hides stays hidden',
    ],
    [
      'a layout of another kind',
      { fields: { 60: { content: 'tlv-ber' } } },
      'fields.60 has a content that does not fit its kind and length',
    ],
    [
      'a date in five digits',
      { fields: { 60: { value: 'num', length: 'fixed', max: 5, content: 'YYMMDD' } } },
      'fields.60 has a content that does not fit its kind and length',
    ],
    ['all leniency at once', { lenient: ['all'] }, 'lenient must be one of allowNonZeroPad'],
    ['leniency without a list', { lenient: 'allowTrailing' }, 'lenient must be a list'],
    ['a new field half described', { base: 'unionpay-1987', fields: { 65: { value: 'num' } } }, 'fields may name'],
  ])('is refused with the entry named: %s', (_, content, words) => {
    expect(refusal(content)).toContain(`spec: ${words}`);
  });

  it('hides more than its base when it says so', () => {
    const spec = readSpec({ fields: { 43: { sensitive: true } } });
    const message = compileSpec(spec).decode(
      compileSpec(spec).encode(new IsoMessage('1200', { 43: 'SHOP', 41: 'T1' })),
    );
    expect([message.toJSON()['43'], message.toJSON()['41']]).toEqual(['[4 masked]', 'T1      ']);
  });
});
