import { describe, expect, it } from 'vitest';
import { FORBIDDEN_CLEAR_TAGS, TlvFormatError, decodeTlv, encodeTlv, findTag, readClearTags } from './index.js';

const hex = (text: string): Buffer => Buffer.from(text, 'hex');

describe('field 55', () => {
  it('skips zero bytes between items', () => {
    expect(decodeTlv(hex('00009F360235680000820239000000')).map((item) => item.tag)).toEqual(['9F36', '82']);
  });

  it('stops at four levels of nesting and at 1,024 bytes [G9]', () => {
    let nested = '9C0100';
    for (let level = 0; level < 3; level += 1)
      nested = `70${(nested.length / 2).toString(16).padStart(2, '0')}${nested}`;
    expect(findTag(decodeTlv(hex(nested)), '9C')).toBeDefined();
    expect(() => decodeTlv(hex(`70${(nested.length / 2).toString(16).padStart(2, '0')}${nested}`))).toThrow(
      TlvFormatError,
    );
    expect(() => decodeTlv(Buffer.alloc(1025))).toThrow(TlvFormatError);
    expect(() => encodeTlv([{ tag: '9F5B', value: Buffer.alloc(1024) }])).toThrow(TlvFormatError);
  });

  it('never reads past the end, whatever the bytes are [G9]', () => {
    for (let seed = 1; seed < 1000; seed += 1) {
      const bytes = Buffer.from(Array.from({ length: 12 }, (_, i) => (seed * 2_654_435_761 * (i + 1)) >>> (i % 24)));
      try {
        decodeTlv(bytes);
      } catch (error) {
        expect(error).toBeInstanceOf(TlvFormatError);
      }
    }
  });

  it('writes long values with the long length form', () => {
    for (const length of [0, 127, 128, 255, 256, 900]) {
      const bytes = encodeTlv([{ tag: '9F5B', value: Buffer.alloc(length, 7) }]);
      expect(decodeTlv(bytes)[0]?.value.length).toBe(length);
    }
  });
});

describe('EMV data in the clear', () => {
  it.each([...FORBIDDEN_CLEAR_TAGS])('refuses tag %s, also inside a template', (tag) => {
    const item = encodeTlv([{ tag, value: Buffer.from([1]) }]).toString('hex');
    expect(() => readClearTags(item)).toThrow(expect.objectContaining({ rule: 'forbidden_clear_tag', tag }));
    expect(() => readClearTags(`70${(item.length / 2).toString(16).padStart(2, '0')}${item}`)).toThrow(TlvFormatError);
  });

  it('refuses a tag that appears twice, odd hex and other text [G9]', () => {
    for (const text of ['9C01009C0120', '9C010', 'zz', '9C0100 '])
      expect(() => readClearTags(text)).toThrow(TlvFormatError);
  });

  it.each([
    ['before', '77099F0206000000009999' + '9F0206000000001200'],
    ['behind', '9F0206000000001200' + '77099F0206000000009999'],
    ['in two templates', '77099F0206000000009999' + '70099F0206000000001200'],
    ['inside one', '77129F02060000000099999F0206000000001200'],
  ])('refuses a second amount that hides in a template: %s', (_, text) => {
    expect(() => readClearTags(text)).toThrow(expect.objectContaining({ rule: 'duplicate_tag', tag: '9F02' }));
  });

  it('does not repeat a value in its error', () => {
    try {
      readClearTags('5A084111111111111111');
      expect.unreachable();
    } catch (error) {
      expect(JSON.stringify(error, Object.getOwnPropertyNames(error))).not.toContain('4111');
    }
  });
});
