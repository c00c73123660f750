import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { NonCanonicalNumber, parseStrictJson, StrictJsonError } from './strict-json.js';

const parse = (text: string | Uint8Array) => parseStrictJson(typeof text === 'string' ? Buffer.from(text) : text);

function refusal(text: string | Uint8Array): { code: string; pointer: string } {
  try {
    parse(text);
  } catch (error) {
    if (error instanceof StrictJsonError) return { code: error.code, pointer: error.pointer };
    throw error;
  }
  throw new Error('the body was accepted');
}

describe('strict JSON', () => {
  it('reads what JSON.parse reads, when the body keeps the rules', () => {
    const key = fc
      .stringMatching(/^[a-z_]{1,12}$/)
      .filter((text) => !['__proto__', 'constructor', 'prototype'].includes(text));
    const text = fc.string({ unit: 'grapheme' }).filter((value) => !/[\u0000-\u001f\u007f]/.test(value)); // oxlint-disable-line no-control-regex -- the rule under test
    const leaf = fc.oneof(fc.boolean(), fc.constant(null), fc.integer({ min: 0, max: 999_999_999_999 }), text);
    const { tree } = fc.letrec((tie) => ({
      tree: fc.oneof(
        { maxDepth: 5 },
        leaf,
        fc.array(tie('tree'), { maxLength: 5 }),
        fc.dictionary(key, tie('tree'), { maxKeys: 5, noNullPrototype: true }),
      ),
    }));
    fc.assert(
      fc.property(tree, fc.constantFrom(0, 2), (value, indent) => {
        expect(parse(JSON.stringify(value, null, indent))).toEqual(value);
      }),
    );
  });

  it('never throws anything but its own refusal, whatever the bytes', () => {
    const bytes = fc.oneof(
      fc.uint8Array({ maxLength: 60 }),
      fc.json().map((text) => Buffer.from(text)),
      fc.stringMatching(/^[[\]{}",:0-9eE+.\-\\utrfalsn]{0,60}$/).map((text) => Buffer.from(text)),
    );
    fc.assert(
      fc.property(bytes, (body) => {
        try {
          parse(body);
        } catch (error) {
          expect(error).toBeInstanceOf(StrictJsonError);
        }
      }),
      { numRuns: 2_000 },
    );
  });

  it('accepts nothing that JSON.parse refuses', () => {
    fc.assert(
      fc.property(fc.stringMatching(/^[[\]{}",:0-9eE+. \-ntrue]{0,24}$/), (text) => {
        let isAccepted = true;
        try {
          parse(text);
        } catch {
          isAccepted = false;
        }
        if (isAccepted) expect(() => JSON.parse(text) as unknown).not.toThrow();
      }),
      { numRuns: 2_000 },
    );
  });

  it.each([
    ['a duplicate key', '{"a":1,"a":2}', 'duplicate_key', '/a'],
    ['a duplicate key deep inside', '{"m":[{"x":1},{"y":{"b":1,"b":1}}]}', 'duplicate_key', '/m/1/y/b'],
    ['a duplicate key in disguise', '{"a":1,"\\u0061":2}', 'duplicate_key', '/a'],
    ['NUL in a string', '{"a":"x\u0000"}', 'invalid_json', '/a'],
    ['an escaped NUL', '{"a":"x\\u0000"}', 'invalid_json', '/a'],
    ['an escaped newline', '{"a":"x\\ny"}', 'invalid_json', '/a'],
    ['DEL', '{"a":"\u007f"}', 'invalid_json', '/a'],
    ['a lone surrogate', '{"a":"\\ud800"}', 'invalid_json', '/a'],
    ['two halves in the wrong order', '{"a":"\\udc00\\ud800"}', 'invalid_json', '/a'],
    ['__proto__', '{"__proto__":{"polluted":true}}', 'invalid_json', '/__proto__'],
    ['__proto__ in disguise', '{"\\u005f_proto__":1}', 'invalid_json', '/__proto__'],
    ['constructor', '{"metadata":{"constructor":{"prototype":{}}}}', 'invalid_json', '/metadata/constructor'],
    ['prototype', '{"prototype":1}', 'invalid_json', '/prototype'],
    ['a trailing comma', '{"a":1,}', 'invalid_json', ''],
    ['a leading comma', '[,1]', 'invalid_json', '/0'],
    ['two documents', '{} {}', 'invalid_json', ''],
    ['a comment', '{/* */}', 'invalid_json', ''],
    ['single quotes', "{'a':1}", 'invalid_json', ''],
    ['NaN', '{"a":NaN}', 'invalid_json', '/a'],
    ['Infinity', '[Infinity]', 'invalid_json', '/0'],
    ['a leading plus', '[+1]', 'invalid_json', '/0'],
    ['leading zeros', '[007]', 'invalid_json', ''],
    ['hexadecimal', '[0x10]', 'invalid_json', ''],
    ['an unknown escape', '["\\x41"]', 'invalid_json', '/0'],
    ['a cut string', '{"a":"b', 'invalid_json', '/a'],
    ['a cut escape', '["\\u00', 'invalid_json', '/0'],
    ['nothing', '', 'invalid_json', ''],
    ['only spaces', '  ', 'invalid_json', ''],
    ['a foreign space', '\u00a0{}', 'invalid_json', ''],
    ['truE', '[truE]', 'invalid_json', '/0'],
  ])('refuses %s [G3]', (_what, text, code, pointer) => {
    expect(refusal(text)).toEqual({ code, pointer });
  });

  it('refuses invalid UTF-8 and a byte order mark [G3]', () => {
    for (const bytes of [
      [0x22, 0xff, 0x22],
      [0x22, 0xc0, 0xaf, 0x22],
      [0x22, 0xed, 0xa0, 0x80, 0x22],
      [0xef, 0xbb, 0xbf, 0x7b, 0x7d],
      [0xfe, 0xff, 0, 0x7b],
    ]) {
      expect(refusal(Uint8Array.from(bytes)).code).toBe('invalid_json');
    }
  });

  it('allows eight levels and refuses the ninth, also when a megabyte of brackets comes [G2]', () => {
    expect(parse('['.repeat(8) + ']'.repeat(8))).toBeDefined();
    expect(refusal('['.repeat(9) + ']'.repeat(9)).code).toBe('body_too_deep');
    expect(refusal('['.repeat(1_000_000)).code).toBe('body_too_deep');
    expect(refusal('{"a":'.repeat(100_000)).code).toBe('body_too_deep');
  });

  it('allows 200 keys in an object and refuses the next [G2]', () => {
    const body = (count: number) =>
      JSON.stringify(Object.fromEntries(Array.from({ length: count }, (_, i) => [`k${i}`, i])));
    expect(Object.keys(parse(body(200)) as object)).toHaveLength(200);
    expect(refusal(body(201)).code).toBe('invalid_json');
  });

  it.each(['1.0', '1.5', '1e3', '1E3', '1e308', '-0', '-1', '0.1', '1000000000000000', '1e-7'])(
    'puts a marker in the place of the number %s',
    (literal) => {
      expect(parse(`{"amount":${literal}}`)).toEqual({ amount: new NonCanonicalNumber(literal) });
    },
  );

  it('reads canonical integers of up to 15 digits as they are', () => {
    for (const literal of ['0', '1', '1500', '999999999999', '999999999999999'])
      expect(parse(literal)).toBe(Number(literal));
  });

  it('keeps arrays arrays and objects objects, and pollutes nothing [G6]', () => {
    expect(parse('{"money":[{"amount":1}]}')).toEqual({ money: [{ amount: 1 }] });
    expect(() => parse('{"__proto__":{"polluted":1}}')).toThrow();
    expect(({} as { polluted?: unknown }).polluted).toBeUndefined();
  });

  it('shows no value and no strange key in its refusal', () => {
    expect(refusal('{"4111111111111111":{"a":NaN}}').pointer).toBe('/*/a');
    expect(refusal('{"<script>":NaN}').pointer).toBe('/*');
  });

  it('stays linear: a body of one megabyte of escapes is refused or read, not pondered [G7]', () => {
    expect(parse(JSON.stringify('é"\\'.repeat(100_000)))).toHaveLength(300_000);
  });
});
