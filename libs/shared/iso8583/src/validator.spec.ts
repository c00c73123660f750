import { describe, expect, it } from 'vitest';
import { IsoMessage, compileSpec, defineSpec, readSpec, validator, type FieldContent } from './index.js';
import { contentFault } from './content.js';
import type { ContentKind } from './field-table.js';

const { check } = validator(defineSpec('hybrid'));
const issuesOf = (fields: Record<number, FieldContent>, mti = '1644'): string[] =>
  check(new IsoMessage(mti, fields)).map(({ field, rule }) => `${field} ${rule}`);

describe('content', () => {
  it.each<[ContentKind, string, boolean]>([
    ['MMDDhhmmss', '0229235959', true],
    ['MMDDhhmmss', '0230000000', false],
    ['MMDDhhmmss', '1121240000', false],
    ['MMDDhhmmss', '1121006000', false],
    ['MMDDhhmmss', '1121000060', false],
    ['YYMMDDhhmmss', '240229120000', true],
    ['YYMMDDhhmmss', '250229120000', false],
    ['YYMMDD', '261131', false],
    ['YYMMDD', '261130', true],
    ['YYMM', '2600', false],
    ['YYMM', '2612', true],
    ['MMDD', '0100', false],
    ['MMDD', '0131', true],
    ['hhmmss', '235959', true],
    ['hhmmss', '240000', false],
    ['original-data', '12000001052611210931001188001234567', true],
    ['original-data', '12000001052611210931001088001234567', false],
    ['original-data', '12000001052613210931001188001234567', false],
    ['original-data', '1200', false],
    ['tlv-private', '', true],
    ['tlv-private', 'JP010071000000', true],
    ['tlv-private', 'JP010081000000', false],
    ['tlv-private', 'JP01007100000', false],
    ['tlv-private', 'JP01', false],
    ['tlv-private', 'JP0100A1000000', false],
  ])('%s %s: %s', (kind, value, isSound) => {
    expect(contentFault(kind, value) === undefined).toBe(isSound);
  });

  it.each([
    ['9F2701809F36020001', true],
    ['71049F180200', false],
    ['71059F18020000', true],
    ['9F', false],
    ['9F27', false],
    ['9F2780', false],
    ['9F278180', false],
    ['9F27830000018000', false],
    ['7003' + '7001' + '70', false],
    ['70' + '08' + '70' + '06' + '70' + '04' + '70' + '02' + '7000', false],
  ])('BER-TLV %s: %s', (hex, isSound) => {
    expect(contentFault('tlv-ber', Buffer.from(hex, 'hex')) === undefined).toBe(isSound);
  });
});

describe('the third layer', () => {
  it('names what the codec of a lenient line let through', () => {
    const spec = readSpec({ lenient: ['allowBadContent'] });
    const codec = compileSpec(spec);
    const bad = { 7: '1321000100', 12: '269999999999', 48: 'JP01009x', 55: Buffer.from('9F2704', 'hex'), 56: '1200' };
    const message = codec.decode(codec.encode(new IsoMessage('1644', bad)));
    expect(validator(spec).check(message)).toEqual([7, 12, 48, 55, 56].map((field) => ({ field, rule: 'content' })));
    expect(() => compileSpec(defineSpec('hybrid')).decode(codec.encode(message))).toThrow();
  });

  it('asks for presence by the table of the spec', () => {
    expect(issuesOf({ 7: '1121000100', 11: '000901', 12: '261121090100', 33: '88' }, '1804')).toEqual(['24 mandatory']);
    expect(issuesOf({}, '1140')).toEqual([]);
  });

  it.each<[string, Record<number, FieldContent>, string[]]>([
    ['two amounts', { 54: '0002392C000000001000' + '0040392D000000000500' }, []],
    ['an amount without its sign', { 54: '0002392X000000001000' }, ['54 amount_sets']],
    ['seven amounts', { 54: '0002392C000000001000'.repeat(7) }, ['54 amount_sets']],
    ['a fee', { 46: '00392D0000010000000001D00000100392' }, []],
    ['half a fee', { 46: '00392D00000100' }, ['46 fee_sets']],
    ['contact IC with PIN', { 22: '510101511344' }, []],
    ['card present 7', { 22: '510107511344' }, ['22 pos_data_code']],
    ['eight decimals', { 10: '80066500' }, ['10 conversion_rate']],
    ['a PIN under AES', { 53: Buffer.concat([Buffer.from('0404', 'hex'), Buffer.alloc(24)]) }, []],
    ['a scheme that is not known', { 53: Buffer.from('0904', 'hex') }, ['53 security_data']],
    ['a short KSN', { 53: Buffer.concat([Buffer.from('0100', 'hex'), Buffer.alloc(9)]) }, ['53 security_data']],
    [
      'two PIN blocks',
      { 52: Buffer.alloc(8), 53: Buffer.concat([Buffer.from('0404', 'hex'), Buffer.alloc(24)]) },
      ['52 pin_twice'],
    ],
  ])('%s', (_, fields, issues) => {
    expect(issuesOf(fields)).toEqual(issues);
  });

  it.each([
    ['1000000', true],
    ['6110010', true],
    ['3106002' + '07000000100000' + '12000000100000', true],
    ['8000000', true],
    ['2100001' + '12000000000000', true],
    ['1001000', false],
    ['6101000', false],
    ['6110130', false],
    ['3106000', false],
    ['3106001' + '13000000100000', false],
    ['3106001' + '12000000300000', false],
    ['2100002' + '07000000000001' + '12000000000001', false],
    ['9900000', false],
    ['3106001', false],
    ['100000', false],
  ])('payment plan %s: %s', (plan, isSound) => {
    const text = `JP01${String(plan.length).padStart(3, '0')}${plan}`;
    expect(issuesOf({ 4: '000000300000', 48: text })).toEqual(isSound ? [] : ['48 payment_plan']);
  });

  it('wants a currency offer to agree with its fields, when it was taken', () => {
    const quote = (choice: string): string => `DC01038${'840000000001000700665000300' + '2611210915'}${choice}`;
    const fields = { 6: '000000001000', 10: '70066500', 51: '840' };
    expect(issuesOf({ ...fields, 48: quote('Y') })).toEqual([]);
    expect(issuesOf({ ...fields, 6: '000000001001', 48: quote('Y') })).toEqual(['48 dcc_quote']);
    expect(issuesOf({ ...fields, 51: '978', 48: quote('N') })).toEqual([]);
    expect(issuesOf({ 48: 'DC01003840' })).toEqual(['48 dcc_quote']);
  });
});
