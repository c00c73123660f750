import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CodecError, IsoMessage, compileSpec, readSpec, type FieldValue } from './index.js';
import type { FieldDefinition } from './field-table.js';
import { wireOf, type Spec } from './spec.js';
import { plainOf } from './testing/plain.fixture.js';

/** Every option of the reference at least once, for a whole message. */
const DIALECTS: Readonly<Record<string, unknown>> = {
  ascii: { profile: 'ascii' },
  hybrid: { profile: 'hybrid' },
  binary: { profile: 'binary' },
  'binary-lp': { profile: 'binary-lp' },
  'EBCDIC throughout': {
    profile: 'ascii',
    wire: { mti: 'ebcdic', digits: 'ebcdic', characters: 'ebcdic', prefix: 'ebcdic' },
  },
  'EBCDIC 500 with packed digits': { profile: 'binary', wire: { characters: 'ebcdic-500' } },
  'BCD with F last': { profile: 'binary', wire: { padNibble: 'F' } },
  'BCD with F first': { profile: 'binary-lp', wire: { padNibble: 'F' } },
  'prefix of binary bytes': { profile: 'hybrid', wire: { prefix: 'binary' } },
  'prefix that counts bytes, F last': { profile: 'binary', wire: { prefixUnit: 'bytes', padNibble: 'F' } },
  'prefix that counts bytes, F first': { profile: 'binary-lp', wire: { prefixUnit: 'bytes', padNibble: 'F' } },
  'prefix that counts binary bytes': {
    profile: 'binary',
    wire: { prefixUnit: 'bytes', prefix: 'binary', padNibble: 'F' },
  },
  'hex for variable binary': { profile: 'hybrid', wire: { binaryVariable: 'hex', binaryFixed: 'hex' } },
  'hex that counts its characters': {
    profile: 'hybrid',
    wire: { binaryVariable: 'hex', prefixUnit: 'bytes', prefix: 'binary' },
  },
  Shift_JIS: { profile: 'hybrid', wire: { characters: 'shift-jis' } },
  'UTF-8': { profile: 'hybrid', wire: { characters: 'utf-8' } },
  'tracks as nibbles': {
    fields: {
      35: { characters: 'track-nibbles', padNibble: 'F' },
      36: { characters: 'track-nibbles', padNibble: 'F', prefix: 'binary-byte', prefixUnit: 'bytes' },
      2: { prefix: 'binary-byte', digits: 'bcd-pad-first' },
    },
  },
  'UnionPay at the host': { base: 'unionpay-1987' },
  'UnionPay at the terminal': { base: 'unionpay-1987-terminal' },
};
const SPECS = Object.entries(DIALECTS).map(([name, content]) => [name, readSpec(content)] as const);

/** Fields with a layout of their own are tried in the validator's tests. */
const free = (spec: Spec): readonly FieldDefinition[] =>
  spec.fields.filter(({ content, field }) => content === undefined && field !== 65);
const mtiOf = (spec: Spec): string => `${spec.mti.version}200`;
const messageWith = (spec: Spec, field: number, value: FieldValue): IsoMessage =>
  new IsoMessage(mtiOf(spec), { [field]: value });

function valueOf({ value }: FieldDefinition, length: number): FieldValue {
  if (value === 'bin') return Buffer.alloc(length, 0xa5);
  if (value === 'amt') return length === 0 ? '' : `D${'7'.repeat(length - 1)}`;
  return '7'.repeat(length);
}

function faultOf(act: () => unknown): string {
  try {
    act();
  } catch (error) {
    if (error instanceof CodecError) return error.code;
    throw error;
  }
  return 'accepted';
}

/** Value after padding: what a fixed field of the right width holds. */
function padded({ value, length, max }: FieldDefinition, text: FieldValue): FieldValue {
  if (length !== 'fixed' || typeof text !== 'string') return text;
  if (value === 'num') return text.padStart(max, '0');
  return value === 'amt' ? `D${text.slice(1).padStart(max - 1, '0')}` : text.padEnd(max, ' ');
}

/** A fixed field is filled up from one digit or from no character; bytes are never made up. */
function isTooShort({ length, value, max }: FieldDefinition, count: number): boolean {
  if (length !== 'fixed' || value === 'char') return false;
  return value === 'bin' ? count !== max : count < (value === 'amt' ? 2 : 1);
}

/** An odd count of packed digits whose prefix counts bytes is only told by an F. */
function cannotTell(spec: Spec, { field, value, length }: FieldDefinition, count: number): boolean {
  const wire = wireOf(spec, field);
  const isPacked = value === 'num' ? wire.digits.startsWith('bcd') : wire.characters === 'track-nibbles';
  return isPacked && length !== 'fixed' && wire.prefixUnit === 'bytes' && wire.padNibble === '0' && count % 2 === 1;
}

/** Values of a layout at its shortest, at the field's maximum, and one beyond. */
function laidOut({ content, max }: FieldDefinition): { sound: FieldValue[]; tooLong: FieldValue } {
  const privateTlv = (length: number): string => `ZZ01${String(length).padStart(3, '0')}${'7'.repeat(length)}`;
  const berTlv = (length: number): Buffer =>
    Buffer.concat([Buffer.from([0x9f, 0x10, 0x81, length]), Buffer.alloc(length, 0xa5)]);
  const original = (length: number): string =>
    `1200000105261121093100${String(length).padStart(2, '0')}${'8'.repeat(length)}`;
  switch (content) {
    case 'tlv-private':
      return { sound: ['', privateTlv(0), privateTlv(1), privateTlv(max - 7)], tooLong: privateTlv(max - 6) };
    case 'tlv-ber':
      return { sound: [Buffer.alloc(0), berTlv(0), berTlv(1), berTlv(max - 4)], tooLong: berTlv(max - 3) };
    case 'original-data':
      return { sound: [original(0), original(1), original(max - 24)], tooLong: original(max - 23) };
    default: {
      const date = (content ?? '')
        .replace('YY', '26')
        .replace('MM', '11')
        .replace('DD', '30')
        .replace('hh', '23')
        .replace('mm', '59')
        .replace('ss', '58');
      return { sound: [date], tooLong: `${date}0` };
    }
  }
}

describe.each(SPECS)('every field, written %s', (_, spec) => {
  const codec = compileSpec(spec);

  it('comes back when it has a layout of its own, from the shortest to the longest', () => {
    for (const definition of spec.fields.filter(({ content }) => content !== undefined)) {
      const { field } = definition;
      const { sound, tooLong } = laidOut(definition);
      for (const value of sound) {
        if (cannotTell(spec, definition, value.length)) continue;
        const bytes = codec.encode(messageWith(spec, field, value));
        expect([field, plainOf(codec.decode(bytes))[field]]).toEqual([field, value]);
        expect([field, codec.encode(codec.decode(bytes)).equals(bytes)]).toEqual([field, true]);
      }
      expect([field, faultOf(() => codec.encode(messageWith(spec, field, tooLong)))]).toEqual([
        field,
        'LENGTH_EXCEEDS_MAX',
      ]);
    }
  });

  it('comes back at the lengths 0, 1 and max, and is refused at max + 1', () => {
    for (const definition of free(spec)) {
      const { field, max } = definition;
      for (const count of [0, 1, max]) {
        const given = valueOf(definition, count);
        const outcome = faultOf(() => codec.encode(messageWith(spec, field, given)));
        if (isTooShort(definition, count) || cannotTell(spec, definition, count)) {
          expect([field, count, outcome]).not.toEqual([field, count, 'accepted']);
          continue;
        }
        const bytes = codec.encode(messageWith(spec, field, given));
        const again = codec.decode(bytes);
        expect([field, plainOf(again)[field]]).toEqual([field, padded(definition, given)]);
        expect([field, codec.encode(again).equals(bytes)]).toEqual([field, true]);
      }
      const tooLong = messageWith(spec, field, valueOf(definition, max + 1));
      expect([field, faultOf(() => codec.encode(tooLong))]).toEqual([field, 'LENGTH_EXCEEDS_MAX']);
    }
  });

  it('comes back whatever it holds, alone and among others', () => {
    fc.assert(
      fc.property(fc.array(anyField(spec), { maxLength: 10 }), (entries) => {
        const message = new IsoMessage(mtiOf(spec), Object.fromEntries(entries));
        const bytes = codec.encode(message);
        const again = codec.decode(bytes);
        expect(plainOf(again)).toEqual(plainOf(message));
        expect(codec.encode(again).equals(bytes)).toBe(true);
      }),
      { numRuns: 30 },
    );
  });
});

const KANA = [...'アカサタナ繋ぐ決済髙～ｱｶﾞ漢字①A 9\\'];

function anyField(spec: Spec): fc.Arbitrary<[number, FieldValue]> {
  return fc.constantFrom(...free(spec)).chain((definition) => {
    const { field, value, length, max } = definition;
    const wire = wireOf(spec, field);
    const counts =
      length === 'fixed' ? fc.constant(max) : fc.nat(max).filter((count) => !cannotTell(spec, definition, count));
    return counts.chain((count) => {
      const size = { minLength: count, maxLength: count };
      if (value === 'bin') return fc.uint8Array(size).map((raw): [number, FieldValue] => [field, Buffer.from(raw)]);
      if (value === 'char' && (wire.characters === 'utf-8' || wire.characters === 'shift-jis'))
        return japanese(definition).map((text): [number, FieldValue] => [field, text]);
      return fc.array(unitOf(definition, wire.characters), size).map((letters): [number, FieldValue] => {
        const text = letters.join('');
        return [field, value === 'amt' ? `C${text.slice(1)}` : text];
      });
    });
  });
}

function japanese({ length, max }: FieldDefinition): fc.Arbitrary<string> {
  const letters = fc.array(fc.constantFrom(...KANA), { maxLength: Math.floor(max / 3) });
  // a fixed field comes back with its padding; how many bytes a text takes depends on the encoding, so it is tried in ASCII
  return length === 'fixed' ? fc.constant('F'.repeat(max)) : letters.map((each) => each.join(''));
}

function unitOf({ value }: FieldDefinition, characters: string): fc.Arbitrary<string> {
  if (value !== 'char') return fc.constantFrom(...'0123456789');
  if (characters === 'track-nibbles') return fc.constantFrom(...'0123456789D');
  return fc
    .integer({ min: 0x20, max: 0xff })
    .filter((code) => code !== 0x7f)
    .map((code) => String.fromCharCode(code));
}

describe('bytes on the wire', () => {
  const wireHex = (content: unknown, field: number, value: FieldValue): string => {
    const spec = readSpec(content);
    const hex = compileSpec(spec)
      .encode(messageWith(spec, field, value))
      .toString('hex');
    const start = (spec.wire.mti === 'bcd' ? 4 : 8) + 16;
    return hex.slice(start);
  };
  const one = (field: number, wire: unknown, base: object = {}): object => ({ ...base, fields: { [field]: wire } });

  it.each([
    ['EBCDIC digits', one(24, { digits: 'ebcdic' }), 24, '200', 'f2f0f0'],
    ['EBCDIC characters, page 037', one(43, { characters: 'ebcdic' }), 43, 'A[1', '3033' + 'c1baf1'],
    ['EBCDIC characters, page 500', one(43, { characters: 'ebcdic-500' }), 43, 'A[1', '3033' + 'c14af1'],
    ['an EBCDIC prefix', one(2, { prefix: 'ebcdic' }), 2, '99', 'f0f2' + '3939'],
    ['one binary byte for LL', one(2, { prefix: 'binary' }), 2, '9'.repeat(19), '13' + '39'.repeat(19)],
    ['two binary bytes for LLL', one(59, { prefix: 'binary' }), 59, 'A'.repeat(300), '012c' + '41'.repeat(300)],
    [
      'one binary byte for LLL',
      one(55, { prefix: 'binary-byte', content: 'none' }),
      55,
      Buffer.alloc(3, 1),
      '03010101',
    ],
    ['BCD with 0 last', one(24, {}, { profile: 'binary' }), 24, '200', '2000'],
    ['BCD with 0 first', one(24, {}, { profile: 'binary-lp' }), 24, '200', '0200'],
    ['BCD with F last, prefix in digits', one(2, { padNibble: 'F' }, { profile: 'binary' }), 2, '123', '03' + '123f'],
    ['BCD with F first', one(2, { padNibble: 'F' }, { profile: 'binary-lp' }), 2, '123', '03' + 'f123'],
    [
      'BCD, prefix in bytes',
      one(2, { padNibble: 'F', prefixUnit: 'bytes' }, { profile: 'binary' }),
      2,
      '123',
      '02' + '123f',
    ],
    [
      'track 2 as nibbles',
      one(35, { characters: 'track-nibbles', padNibble: 'F', prefix: 'binary' }),
      35,
      '4111=29',
      '07' + '4111d29f',
    ],
    ['a signed amount in BCD', { profile: 'binary' }, 97, 'D15', null],
    [
      'hex for fixed binary',
      one(52, { binaryFixed: 'hex' }),
      52,
      Buffer.from('01020304050607AB', 'hex'),
      Buffer.from('01020304050607AB').toString('hex'),
    ],
    [
      'hex for variable binary, in bytes of the value',
      one(53, { binaryVariable: 'hex' }),
      53,
      Buffer.from('ABCD', 'hex'),
      '3032' + '41424344',
    ],
    [
      'hex for variable binary, in bytes on the wire',
      one(53, { binaryVariable: 'hex', prefixUnit: 'bytes', max: 40 }),
      53,
      Buffer.from('ABCD', 'hex'),
      '3034' + '41424344',
    ],
    ['Shift_JIS', one(43, { characters: 'shift-jis' }), 43, '繋ｸﾞ', '3034' + '8c71b8de'],
    ['UTF-8', one(43, { characters: 'utf-8' }), 43, '繋', '3033' + 'e7b98b'],
  ] as const)('%s', (_, content, field, value, hex) => {
    if (hex !== null) expect(wireHex(content, field, value)).toBe(hex);
    else expect(wireHex(content, field, value)).toBe('0000000080000000' + '440000000000000015');
  });

  it('reads a track with either separator into one form', () => {
    const codec = compileSpec(readSpec(one(35, { characters: 'track-nibbles', padNibble: 'F' })));
    expect(codec.decode(codec.encode(new IsoMessage('1200', { 35: '4111=29' }))).text(35)).toBe('4111D29');
  });

  it('refuses what a dialect cannot say, by field', () => {
    const nibbles = compileSpec(readSpec(one(35, { characters: 'track-nibbles' })));
    expect(faultOf(() => nibbles.encode(new IsoMessage('1200', { 35: '4111X' })))).toBe('BAD_DIGIT');
    const kana = compileSpec(readSpec(one(43, { characters: 'shift-jis' })));
    expect(faultOf(() => kana.encode(new IsoMessage('1200', { 43: '😀' })))).toBe('BAD_CHAR');
    expect(faultOf(() => kana.encode(new IsoMessage('1200', { 43: '繋'.repeat(50) })))).toBe('LENGTH_EXCEEDS_MAX');
    const utf = compileSpec(readSpec(one(43, { characters: 'utf-8' })));
    expect(faultOf(() => utf.encode(new IsoMessage('1200', { 43: '\ud800' })))).toBe('BAD_CHAR');
    const packed = compileSpec(readSpec(one(2, { prefixUnit: 'bytes' }, { profile: 'binary' })));
    expect(faultOf(() => packed.encode(new IsoMessage('1200', { 2: '123' })))).toBe('BAD_LENGTH');
  });

  it('refuses a second way to write a text', () => {
    const message = (hex: string): Buffer => Buffer.from('31323030' + '0000000000200000' + '3032' + hex, 'hex');
    const kana = compileSpec(readSpec(one(43, { characters: 'shift-jis' })));
    expect(kana.decode(message('fbfc')).text(43)).toBe('髙');
    expect(faultOf(() => kana.decode(message('eee0')))).toBe('BAD_CHAR');
    expect(faultOf(() => kana.decode(message('8c0a')))).toBe('BAD_CHAR');
    const utf = compileSpec(readSpec(one(43, { characters: 'utf-8' })));
    expect(faultOf(() => utf.decode(message('c0af')))).toBe('BAD_CHAR');
  });
});

describe('a lenient switch', () => {
  const bcd24 = Buffer.from('1200' + '0000010000000000' + '2001', 'hex');
  const lower = Buffer.from('1200' + '000000000000000a', 'latin1');

  it.each([
    ['allowNonZeroPad', { profile: 'binary' }, bcd24, 'BAD_PAD_NIBBLE'],
    ['allowTrailing', { profile: 'binary' }, Buffer.from('1200' + '0000000000000000' + 'FF', 'hex'), 'TRAILING_BYTES'],
    ['allowUnlistedMti', { profile: 'binary' }, Buffer.from('1900' + '0000000000000000', 'hex'), 'UNKNOWN_MTI'],
    [
      'allowBadContent',
      { profile: 'binary' },
      Buffer.from('1200' + '0010000000000000' + '999999999999', 'hex'),
      'INVALID_VALUE',
    ],
    ['allowLowerCaseHex', { profile: 'ascii' }, lower, 'BAD_HEX'],
  ])('%s takes what is refused without it, and nothing else', (name, content, bytes, code) => {
    expect(faultOf(() => compileSpec(readSpec(content)).decode(bytes))).toBe(code);
    const taken = faultOf(() => compileSpec(readSpec({ ...content, lenient: [name] })).decode(bytes));
    // fields 61 and 63 of the lower-case bitmap have no data: the bitmap was taken
    expect(taken).toBe(name === 'allowLowerCaseHex' ? 'TRUNCATED' : 'accepted');
    const others = [
      'allowNonZeroPad',
      'allowTrailing',
      'allowUnlistedMti',
      'allowBadContent',
      'allowLowerCaseHex',
    ].filter((other) => other !== name);
    expect(faultOf(() => compileSpec(readSpec({ ...content, lenient: others })).decode(bytes))).toBe(code);
  });
});
