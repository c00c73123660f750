import { describe, expect, it } from 'vitest';
import {
  CodecError,
  IsoMessage,
  classifyAction,
  matchingKey,
  originalDataElements,
  posDataCode,
  presenceIssues,
  readOriginalDataElements,
  readPrivateTlv,
  responseMti,
  rrn,
  writePrivateTlv,
} from './index.js';

const SALE = {
  2: '3530111333300000', 3: '000000', 4: '000000012800', 7: '1121003100', 11: '000100', 12: '261121093100', 22: '510101511344',
  24: '200', 26: '5411', 32: '88001234567', 37: '632500000100', 41: 'TSN00001', 42: 'M00000000000001', 49: '392',
}; // prettier-ignore

describe('constructed fields', () => {
  it('numbers a retrieval by year digit, day of year, node and STAN', () => {
    expect(rrn({ localTime: '261121091530', node: 0, stan: '000001' })).toBe('632500000001');
    expect(rrn({ localTime: '281231235959', node: 7, stan: '999999' })).toBe('836607999999');
    expect(() => rrn({ localTime: '261121091530', node: 100, stan: '000001' })).toThrow();
  });

  it('names an original by its MTI as first sent, STAN, local time and acquirer', () => {
    const original = { mti: '1200', stan: '000105', localTime: '261121093100', acquirer: '88001234567' };
    expect(originalDataElements(original)).toBe('12000001052611210931001188001234567');
    expect(readOriginalDataElements('12000001052611210931001188001234567')).toEqual(original);
    expect(readOriginalDataElements('12000001052611210931001088001234567')).toBeUndefined();
  });

  it.each([
    ['510101511344', { entryMode: 'chip', holderProof: 'offline_pin' }],
    ['510101513344', { entryMode: 'chip', holderProof: 'online_pin' }],
    ['M00101M00141', { entryMode: 'contactless' }],
    ['210101213144', { entryMode: 'stripe', holderProof: 'online_pin' }],
    ['210101254144', { entryMode: 'stripe', holderProof: 'signature' }],
    ['600101600140', { entryMode: 'keyed' }],
    ['1000S0SS3110', { entryMode: 'ecommerce', holderProof: 'three_ds' }],
    ['100040100110', { entryMode: 'stored_credential' }],
    ['510201500344', { entryMode: 'chip', isAttended: false }],
    ['210101F54144', { entryMode: 'stripe', holderProof: 'signature', isFallback: true }],
    ['M00101MD5141', { entryMode: 'contactless', holderProof: 'device' }],
    ['M10101M13144', { entryMode: 'contactless', holderProof: 'online_pin' }],
    ['M00101M54141', { entryMode: 'contactless', holderProof: 'signature' }],
  ] as const)('says %s at the point of service', (code, situation) => {
    expect(posDataCode(situation)).toBe(code);
  });

  it('writes the letters of the link where the public table has none', () => {
    const letters = { contactlessInput: 'A', contactlessMode: '9', fallbackMode: '8', deviceMethod: '6' };
    expect(posDataCode({ entryMode: 'contactless', holderProof: 'device' }, letters)).toBe('A00101965141');
    expect(posDataCode({ entryMode: 'stripe', isFallback: true }, letters)).toBe('210101800144');
    expect(posDataCode({ entryMode: 'chip' }, letters)).toBe(posDataCode({ entryMode: 'chip' }));
  });

  it('keeps private tags it does not know and refuses one that overruns', () => {
    expect([...readPrivateTlv('JP010071000000ZZ99002hi')]).toEqual([['JP01', '1000000'], ['ZZ99', 'hi']]); // prettier-ignore
    expect(writePrivateTlv([['JP01', '6110010'], ['JP04', '00012']])).toBe('JP010076110010JP0400500012'); // prettier-ignore
    expect(() => readPrivateTlv('JP010091000000')).toThrow(CodecError);
    expect(() => writePrivateTlv([['JP07', 'x'.repeat(993)]])).toThrow(CodecError);
  });
});

describe('message types', () => {
  it.each([['1100', '1110'], ['1101', '1110'], ['1421', '1430'], ['1805', '1814'], ['1220', '1230'], ['1522', '1532']])('%s is answered by %s', (asked, answer) => {
    expect(responseMti(asked)).toBe(answer);
  }); // prettier-ignore

  it('answers nothing to an answer', () => {
    expect(() => responseMti('1210')).toThrow();
  });

  it('matches an answer to its request and never to its reversal, which may share STAN and time', () => {
    const key = (mti: string, fields: Record<number, string>) => matchingKey(new IsoMessage(mti, fields));
    const identity = { 11: '000105', 12: '261121093100', 32: '88001234567' };
    expect(key('1210', identity)).toBe(key('1200', identity));
    expect(key('1201', identity)).toBe(key('1200', identity));
    expect(key('1420', identity)).not.toBe(key('1200', identity));
    expect(key('1220', identity)).not.toBe(key('1200', identity));
    expect(key('1814', { 11: '000105', 12: '261121093100', 33: '88' })).toBe('80|000105|261121093100|88');
    expect(key('1210', { 11: '000105' })).toBeUndefined();
  });
});

describe('presence', () => {
  it('finds a sale complete, with the number in 2 or in the track', () => {
    expect(presenceIssues(new IsoMessage('1200', SALE))).toEqual([]);
    expect(presenceIssues(new IsoMessage('1200', { ...SALE, 2: undefined, 35: '3530111333300000D2912' }))).toEqual([]);
    expect(presenceIssues(new IsoMessage('1200', { ...SALE, 2: undefined }))).toEqual([
      { field: 2, rule: 'card_number' },
    ]);
  });

  it('names every mandatory field that is missing, in repeats too', () => {
    const bare = new IsoMessage('1201', { ...SALE, 4: undefined, 49: undefined });
    expect(presenceIssues(bare).map(({ field }) => field)).toEqual([4, 49]);
  });

  it('wants the approval code of a yes, the original amount of a part, and the original of a refund', () => {
    const answer = { ...SALE, 15: '261121', 39: '000' };
    expect(presenceIssues(new IsoMessage('1210', answer))).toEqual([{ field: 38, rule: 'approval_code' }]);
    expect(presenceIssues(new IsoMessage('1210', { ...answer, 38: '123456', 39: '002' }))).toEqual([
      { field: 30, rule: 'original_amount' },
    ]);
    expect(presenceIssues(new IsoMessage('1210', { ...answer, 39: '116' }))).toEqual([]);
    expect(presenceIssues(new IsoMessage('1200', { ...SALE, 3: '200000' }))).toEqual([
      { field: 56, rule: 'original_data' },
    ]);
  });

  it('wants reason and original data of a reversal, and the function code of an echo', () => {
    expect(presenceIssues(new IsoMessage('1421', SALE)).map(({ field }) => field)).toEqual([25, 56]);
    const echo = new IsoMessage('1804', { 7: '1121000100', 11: '000901', 12: '261121090100', 33: '88' });
    expect(presenceIssues(echo)).toEqual([{ field: 24, rule: 'mandatory' }]);
  });
});

describe('action codes', () => {
  it('approve with 000 to 007 and with nothing else', () => {
    const approving = Array.from({ length: 1000 }, (_, code) => String(code).padStart(3, '0')).filter((code) =>
      ['approved', 'partial'].includes(classifyAction(code).outcome),
    );
    expect(approving).toEqual(['000', '001', '002', '003', '004', '005', '006', '007']);
  });

  it.each([
    ['002', { outcome: 'partial' }],
    ['008', { outcome: 'unknown', isListed: false }],
    ['107', { outcome: 'referral', declineCode: 'call_issuer' }],
    ['116', { outcome: 'declined', declineCode: 'insufficient_funds', category: 'soft' }],
    ['187', { outcome: 'declined', declineCode: 'card_declined', isListed: false }],
    ['209', { outcome: 'declined', declineCode: 'card_declined', category: 'pickup_hidden' }],
    ['400', { outcome: 'accepted' }],
    ['911', { outcome: 'declined', category: 'technical' }],
    ['913', { outcome: 'unknown' }],
    ['923', { outcome: 'unknown' }],
    ['999', { outcome: 'unknown', isListed: false }],
    ['', { outcome: 'unknown' }],
  ])('%s reads as %o', (code, meaning) => {
    expect(classifyAction(code)).toMatchObject(meaning);
  });
});
