import { inspect } from 'node:util';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { CodecError, IsoMessage, compileSpec, defineSpec, type FieldValue } from './index.js';
import { plainOf } from './testing/plain.fixture.js';
import { FIELD_TABLE, type FieldDefinition } from './field-table.js';
import type { WireProfileName } from './wire-profile.js';

const PROFILES: WireProfileName[] = ['ascii', 'hybrid', 'binary', 'binary-lp'];
const CODECS = PROFILES.map((profile) => [profile, compileSpec(defineSpec(profile))] as const);
const hybrid = compileSpec(defineSpec('hybrid'));
/** Fields whose content has a layout of its own: random text is not a value of theirs. */
const LAID_OUT = new Set([7, 12, 13, 14, 15, 16, 17, 28, 48, 55, 56, 65, 73]);
const FREE = FIELD_TABLE.filter(({ field }) => !LAID_OUT.has(field));

function valueOf({ value, max }: FieldDefinition, length: number): FieldValue {
  if (value === 'bin') return Buffer.alloc(length, 0xa5);
  if (value === 'amt') return length === 0 ? '' : `D${'7'.repeat(length - 1)}`;
  return (value === 'num' ? '7' : 'K').repeat(Math.min(length, max + 1));
}

function refusal(act: () => unknown): CodecError {
  try {
    act();
  } catch (error) {
    if (error instanceof CodecError) return error;
    throw error;
  }
  throw new Error('it was accepted');
}

const anyField = fc.constantFrom(...FREE).chain((definition) => {
  const length = definition.length === 'fixed' ? fc.constant(definition.max) : fc.nat(definition.max);
  return length.chain((count) => {
    const bytes = { minLength: count, maxLength: count };
    if (definition.value === 'bin')
      return fc.uint8Array(bytes).map((raw): [number, FieldValue] => [definition.field, Buffer.from(raw)]);
    const unit =
      definition.value === 'char'
        ? fc.integer({ min: 0x20, max: 0xff }).filter((code) => code !== 0x7f)
        : fc.integer({ min: 0x30, max: 0x39 });
    return fc.array(unit, bytes).map((codes): [number, FieldValue] => {
      const text = String.fromCharCode(...codes);
      return [definition.field, definition.value === 'amt' ? `C${text.slice(1)}` : text];
    });
  });
});

describe.each(CODECS)('codec, profile %s', (_, codec) => {
  it('gives back every message that it wrote', () => {
    fc.assert(
      fc.property(fc.array(anyField, { maxLength: 12 }), (entries) => {
        const message = new IsoMessage('1200', Object.fromEntries(entries));
        const again = codec.decode(codec.encode(message));
        expect(again.fields()).toEqual(message.fields());
        expect(plainOf(again)).toEqual(plainOf(message));
      }),
      { numRuns: 150 },
    );
  });

  it('takes every field at its widest and refuses one more', () => {
    for (const definition of FREE) {
      const { field, max } = definition;
      const widest = new IsoMessage('1200', { [field]: valueOf(definition, max) });
      expect(plainOf(codec.decode(codec.encode(widest)))[field]).toEqual(valueOf(definition, max));
      const tooWide = new IsoMessage('1200', { [field]: valueOf(definition, max + 1) });
      expect(refusal(() => codec.encode(tooWide))).toMatchObject({ code: 'LENGTH_EXCEEDS_MAX', field });
    }
  });

  it('refuses a message cut at any byte, and one byte too many [G8]', () => {
    const whole = codec.encode(
      new IsoMessage('1210', { 2: '4111111111111111', 4: '000000001500', 39: '000', 97: 'C1', 52: Buffer.alloc(8) }),
    );
    for (let length = 1; length < whole.length; length++) {
      expect(refusal(() => codec.decode(whole.subarray(0, length)))).toMatchObject({ code: 'TRUNCATED' });
    }
    expect(refusal(() => codec.decode(Buffer.concat([whole, Buffer.alloc(1)])))).toMatchObject({
      code: 'TRAILING_BYTES',
    });
    expect(refusal(() => codec.decode(Buffer.alloc(0)))).toMatchObject({ code: 'EMPTY' });
  });
});

describe('strictness', () => {
  it.each([
    ['an MTI of another edition', '0200' + '0000000000000000', 'UNSUPPORTED_VERSION', 0],
    ['an MTI outside the table', '1900' + '0000000000000000', 'UNKNOWN_MTI', 0],
    ['a bitmap that is not hex', '1200' + '00000000000000G0', 'BAD_HEX', 1],
    ['a lower-case bitmap', '1200' + '000000000000000a', 'BAD_HEX', 1],
    ['a second half that announces nothing', '1200' + '8000000000000000' + '0000000000000000', 'INVALID_VALUE', 1],
    ['field 65', '1200' + '8000000000000000' + '8000000000000000' + 'A5A5A5A5A5A5A5A5', 'INVALID_VALUE', 65],
    ['a length that is no number', '1200' + '4000000000000000' + '1x4111', 'BAD_LENGTH', 2],
    ['a length above the maximum', '1200' + '4000000000000000' + '20' + '1'.repeat(20), 'LENGTH_EXCEEDS_MAX', 2],
    ['a control byte in text', '1200' + '0000000000800000' + 'TSN\u00000001', 'BAD_CHAR', 41],
    [
      'a sign that is neither C nor D',
      '1200' + '8000000000000000' + '0000000080000000' + 'X0000000000000001',
      'BAD_SIGN',
      97,
    ],
    ['a thirteenth month', '1200' + '0010000000000000' + '261321093100', 'INVALID_VALUE', 12],
    ['February 29 of a common year', '1200' + '0010000000000000' + '270229093100', 'INVALID_VALUE', 12],
  ])('refuses %s', (_, text, code, field) => {
    const ascii = compileSpec(defineSpec('ascii'));
    expect(refusal(() => ascii.decode(Buffer.from(text, 'latin1')))).toMatchObject({ code, field });
  });

  it('refuses a pad nibble that is not zero, on the side where the profile pads', () => {
    const last = compileSpec(defineSpec('binary'));
    const first = compileSpec(defineSpec('binary-lp'));
    const bytes = (body: string) => Buffer.from('1200' + '0000010000000000' + body, 'hex');
    expect(last.decode(bytes('2000')).get(24)).toBe('200');
    expect(first.decode(bytes('0200')).get(24)).toBe('200');
    expect(refusal(() => last.decode(bytes('2001')))).toMatchObject({ code: 'BAD_PAD_NIBBLE', field: 24 });
    expect(refusal(() => first.decode(bytes('1200')))).toMatchObject({ code: 'BAD_PAD_NIBBLE', field: 24 });
  });

  it('takes 56 only when the inner length fits, and 55 only when its TLV fills it', () => {
    const original = '12000001052611210931001188001234567';
    expect(refusal(() => hybrid.encode(new IsoMessage('1420', { 56: original.slice(0, -1) })))).toMatchObject({
      code: 'INVALID_VALUE',
      field: 56,
    });
    const template = Buffer.from('71049F180200', 'hex');
    expect(refusal(() => hybrid.encode(new IsoMessage('1210', { 55: template })))).toMatchObject({
      code: 'BAD_TLV',
      field: 55,
    });
  });

  it('writes one field differently when the link says so', () => {
    const codec = compileSpec(defineSpec('binary', { 24: { digits: 'bcd-pad-first' } }));
    expect(codec.encode(new IsoMessage('1200', { 24: '200' })).toString('hex')).toBe('120000000100000000000200');
  });
});

describe('what may be printed', () => {
  it('shows no card data however a message or its error is printed [D1]', () => {
    const secrets = ['4111111111111111', '2912', '4111111111111111D29122010000000', 'B4111111111111111^'];
    const message = new IsoMessage('1200', {
      2: secrets[0],
      14: secrets[1],
      35: secrets[2],
      45: secrets[3],
      48: 'JD010164111111111111111',
      52: Buffer.from('4111111111111111', 'hex'),
      55: Buffer.from('5A084111111111111111', 'hex'),
      96: Buffer.from('4111111111111111'),
    });
    const prints = [
      JSON.stringify(message),
      inspect(message),
      'message ' + String(message),
      inspect({ message }, { depth: 9, showHidden: true }),
    ];
    for (const print of prints) {
      expect(print).toContain('411111******1111');
      for (const secret of secrets) expect(print).not.toContain(secret);
      expect(print).not.toContain('4111111111111111');
    }
    const error = refusal(() => hybrid.encode(new IsoMessage('1200', { 2: '4111x11111111111' })));
    expect(inspect(error) + JSON.stringify(error)).not.toContain('4111');
  });
});
