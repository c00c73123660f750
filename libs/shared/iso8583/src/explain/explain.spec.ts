import { describe, expect, it } from 'vitest';
import { IsoMessage, classifyAction, defineSpec, readSpec, type FieldContent } from '../index.js';
import { ACTION_CODES } from './action-words.js';
import { explainMessage, mtiWords, type ExplainedField } from './index.js';

const PAN = '4111111111111111';
const explain = (fields: Record<number, FieldContent>, content: object = {}): Record<number, ExplainedField> =>
  Object.fromEntries(explainMessage(new IsoMessage('1200', fields), readSpec(content)).map((one) => [one.field, one]));

describe('words for a person', () => {
  it.each([
    ['1100', 'authorization, request, acquirer'],
    ['1421', 'reversal or chargeback, advice, acquirer, repeat'],
    ['1814', 'network management, request response, other'],
    ['1950', 'not listed, not listed, acquirer'],
  ])('%s is %s', (mti, words) => {
    expect(mtiWords(mti)).toBe(words);
  });

  it.each<[number, string, string]>([
    [3, '200000', 'return (refund)'],
    [9, '70066500', '0.0066500'],
    [9, '00000150', '150'],
    [12, '261121093100', '2026-11-21 09:31:00'],
    [7, '1121003100', '11-21 00:31:00'],
    [15, '261121', '2026-11-21'],
    [24, '831', 'echo test'],
    [24, '999', 'not listed'],
    [25, '4021', 'timeout waiting for response'],
    [37, '632500000126', 'year …6, day 325, node 00, STAN 000126'],
    [37, 'ABC', ''],
    [39, '116', 'not sufficient funds'],
    [39, '187', 'denied'],
    [39, '088', 'of the approved range, not listed: unknown, not approved'],
    [49, '392', 'JPY'],
    [49, '999', 'not listed'],
    [56, '1200', 'its inner length disagrees'],
    [31, PAN, 'may hold a card number'],
  ])('field %i %s is %s', (field, value, words) => {
    expect(explain({ [field]: value })[field]?.words).toBe(words);
  });

  it('says an amount in its currency, and in minor units when the currency is not known', () => {
    const amounts = (currency: string): string | undefined => explain({ 4: '000000123456', 49: currency })[4]?.words;
    expect([amounts('392'), amounts('840'), amounts('000')]).toEqual([
      'JPY 123,456',
      'USD 1,234.56',
      '123456 minor units',
    ]);
    expect(explain({ 4: '000000000005', 49: '840' })[4]?.words).toBe('USD 0.05');
  });

  it('takes private and EMV tags apart, and shows what may be shown', () => {
    const fields = explain({
      48: 'JP010076110010JP07002hiZZ01003abcUT0100212',
      55: Buffer.from(`9F360200015A084111111111111111` + '71079F1804000000015F24032912319F9001022A2B', 'hex'),
    });
    expect(fields[48]?.parts).toEqual([
      { label: 'JP01', value: '6110010', meaning: 'payment plan: instalments, 10 payments' },
      { label: 'JP07', value: '[2 masked]', meaning: "issuer's message to the cashier" },
      { label: 'ZZ01', value: '[3 masked]', meaning: 'unknown tag, kept' },
      { label: 'UT01', value: '[2 masked]', meaning: 'utility customer number' },
    ]);
    expect(fields[55]?.parts.map(({ label, value }) => [label, value])).toEqual([
      ['9F36', '0001'],
      ['5A', '[8 masked]'],
      ['71', '[7 masked]'],
      ['  9F18', '00000001'],
      ['5F24', '[3 masked]'],
      ['9F9001', '[2 masked]'],
    ]);
    expect(explain({ 48: 'JP02016' + PAN })[48]?.parts[0]?.value).toBe('[16 masked]');
    expect([explain({ 48: 'JP01' })[48]?.words, explain({ 55: Buffer.from('9F', 'hex') })[55]?.words]).toEqual([
      'its TLV does not fill the field',
      'its TLV does not fill the field',
    ]);
  });

  it('keeps balances and keys out of the parts', () => {
    const fields = explain({
      46: '00392D0000010000000001D00000100392',
      53: Buffer.from('0404' + '11'.repeat(24), 'hex'),
      54: '1002392C000000001000',
    });
    expect(fields[54]?.parts).toEqual([
      { label: 'available balance', value: '[12 masked]', meaning: 'credit, JPY, savings account' },
    ]);
    expect([fields[53]?.words, fields[53]?.parts]).toEqual(['PIN block carried here, PIN block format 4', []]);
    expect(JSON.stringify(fields)).not.toContain('00000100');
  });

  it('reads UnionPay by its own table', () => {
    const fields = explain(
      { 3: '000000', 25: '00', 39: '51', 60: '22000001', 12: '093100' },
      { base: 'unionpay-1987' },
    );
    expect([fields[39]?.words, fields[12]?.words]).toEqual(['action 116: not sufficient funds', '09:31:00']);
  });

  it('has a word for every action code that the house decides by', () => {
    const decided = Array.from({ length: 1000 }, (_, code) => String(code).padStart(3, '0')).filter(
      (code) => classifyAction(code).isListed,
    );
    expect(decided.filter((code) => !(code in ACTION_CODES))).toEqual([]);
  });

  it('names every field of a table', () => {
    const names = defineSpec('hybrid').fields.map(({ name }) => name);
    expect(explain({ 41: 'T1' })[41]?.name).toBe(names[39]);
  });
});
