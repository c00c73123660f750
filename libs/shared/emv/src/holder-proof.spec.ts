import { describe, expect, it } from 'vitest';
import { TlvFormatError, chipRecord, chipText, decodeTlv, encodeTlv, holderProof, readCvmResults } from './index.js';

const items = (tags: Readonly<Record<string, string>>) =>
  decodeTlv(encodeTlv(Object.entries(tags).map(([tag, hex]) => ({ tag, value: Buffer.from(hex, 'hex') }))));
const tap = (tags: Readonly<Record<string, string>>, device: 'card_qualifiers' | 'cvm_results' | 'mobile_cvm' | null) =>
  holderProof(items(tags), { isTap: true, device });

describe('results of cardholder verification (9F34)', () => {
  it.each([
    ['010002', 'offline_pin'],
    ['410302', 'offline_pin'],
    ['440302', 'offline_pin'],
    ['420300', 'online_pin'],
    ['030302', 'offline_pin_and_signature'],
    ['450302', 'offline_pin_and_signature'],
    ['1E0300', 'signature'],
    ['5E0300', 'signature'],
    ['1F0302', 'none'],
    ['3F0000', 'none'],
    ['3F0001', 'none'],
    ['410301', 'failure'],
    ['000001', 'failure'],
    ['2A0302', 'failure'],
  ])('reads %s as %s', (hex, method) => {
    expect(readCvmResults(hex)).toBe(method);
  });

  it.each(['', '1E03', '1E030000', '1e0300'])('refuses %j', (hex) => {
    expect(() => readCvmResults(hex)).toThrow(TlvFormatError);
  });
});

describe('what a tap says about its holder', () => {
  it('believes the qualifiers of the card that a device verified him, at brands that have them', () => {
    expect(tap({ '9F6C': '0080' }, 'card_qualifiers')).toMatchObject({ method: 'device', asks: null });
    expect(tap({ '9F6C': '0080' }, 'cvm_results')).toEqual({ method: null, asks: null, refuses: [] });
  });

  it('hands on what the card asks for, unless the reader asked for no proof', () => {
    expect(tap({ '9F6C': '8000' }, 'card_qualifiers').asks).toBe('online_pin');
    expect(tap({ '9F6C': '4000' }, 'card_qualifiers').asks).toBe('signature');
    expect(tap({ '9F6C': 'C000' }, 'card_qualifiers').asks).toBe('online_pin');
    expect(tap({ '9F6C': '8000', '9F66': '32404000' }, 'card_qualifiers').asks).toBe('online_pin');
    expect(tap({ '9F6C': '8000', '9F66': '32004000' }, 'card_qualifiers').asks).toBeNull();
    expect(tap({ '9F6C': '4000', '9F34': '1E0300' }, 'card_qualifiers')).toMatchObject({
      method: 'signature',
      asks: null,
    });
  });

  it('hears a card that says no device verified its holder, and one that takes a PIN alone', () => {
    expect(tap({ '9F6C': '0080' }, 'card_qualifiers').refuses).toEqual([]);
    expect(tap({ '9F6C': '0000' }, 'card_qualifiers').refuses).toEqual(['device']);
    expect(tap({ '9F6C': '4000' }, 'card_qualifiers').refuses).toEqual(['device']);
    expect(tap({ '9F6C': 'C000' }, 'card_qualifiers').refuses).toEqual(['device']);
    expect(tap({ '9F6C': '8000' }, 'card_qualifiers').refuses).toEqual(['device', 'signature']);
    expect(tap({}, 'card_qualifiers').refuses).toEqual([]);
  });

  it('takes a PIN that a tapped card checked by itself for one typed at a phone', () => {
    expect(tap({ '9F34': '010002' }, 'cvm_results').method).toBe('device');
    expect(holderProof(items({ '9F34': '010002' }), { isTap: false, device: 'cvm_results' }).method).toBe(
      'offline_pin',
    );
    expect(tap({ '9F71': '010002' }, 'mobile_cvm').method).toBe('device');
    expect(tap({ '9F71': '010001' }, 'mobile_cvm').method).toBeNull();
  });
});

describe('the record of a reading', () => {
  it('keeps what a receipt needs, flat and in capitals, and nothing that nobody named', () => {
    const inside = encodeTlv([{ tag: '9F26', value: Buffer.from('31a5d904f8b0c2c1', 'hex') }]);
    const read = decodeTlv(Buffer.concat([Buffer.from('7700', 'hex'), encodeTlv([{ tag: '77', value: inside }])]));
    expect(chipRecord([...read, ...items({ '9F7C': '14B8', '4F': 'A0000000031010', '9F34': '' })])).toEqual({
      '9F26': '31A5D904F8B0C2C1',
      '4F': 'A0000000031010',
    });
  });

  it.each(['57', '5A', '5F20', '5F24', '56', '9F6B', '99', '9F0B', '9F1F', '9F20'])('never keeps tag %s', (tag) => {
    expect(chipRecord([{ tag, value: Buffer.from('41', 'hex') }])).toEqual({});
    expect(chipRecord([{ tag: '70', value: Buffer.alloc(0), children: [{ tag, value: Buffer.from([1]) }] }])).toEqual(
      {},
    );
  });

  it.each(['50', '9F12'])('keeps no card number that stands where the label is (%s)', (tag) => {
    const label = (text: string) => chipRecord(items({ [tag]: Buffer.from(text, 'latin1').toString('hex') }));
    for (const text of ['4111111111111111', '3782 822463 1000', '30569309-025904']) expect(label(text)).toEqual({});
    expect(label('CREDIT 123456789')).toHaveProperty(tag);
  });

  it('shows labels without control characters', () => {
    expect(chipText({ '50': Buffer.from('VISA\u0000\nCREDIT ', 'latin1').toString('hex') }, '50')).toBe('VISACREDIT');
    expect(chipText({}, '9F12')).toBeNull();
  });
});
