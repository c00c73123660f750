import { describe, expect, it } from 'vitest';
import { readAttemptKeys, readReverse, readSubmit } from './attempt-requests.js';

const KEY = { tenantId: '01890000-0000-7000-8000-000000000001', attemptId: '01890000-0000-7000-8000-000000000002' };
const SUBMIT = {
  ...KEY,
  operation: 'sale',
  method: 'credit',
  amountMinor: 1_500,
  currency: 'JPY',
  brand: 'jcb',
  bin6: '356600',
  entryMode: 'chip',
  acceptor: { terminal: 'T1', merchant: 'M1', mcc: '5411', name: '渋谷店' },
  envelope: { sad: 'sad.AAAA', account: 'account.BBBB' },
  localTime: '261123091500',
  requestId: 'req_1',
};

const CONVERSION = {
  currency: 'USD',
  amountMinor: 1_007,
  rate: '0.0067123',
  markupBps: 350,
  quoteId: 'Q-1',
  quotedAt: '2026-11-23T00:15:00.000Z',
  expiresAt: '2026-11-23T00:17:00.000Z',
};

describe('internal requests', () => {
  it('reads what the contract says', () => {
    expect(readSubmit(SUBMIT)).toMatchObject({ ...SUBMIT, plan: undefined });
    expect(readReverse({ ...KEY, reason: 'timeout', requestId: 'r' })).toMatchObject({ reason: 'timeout' });
    expect(readAttemptKeys({ attempts: [KEY] })).toEqual([KEY]);
  });

  it('reads how the card was shown, and what was agreed on', () => {
    const more = {
      operation: 'voice_sale',
      presentment: {
        cvm: 'device',
        fallback: null,
        application: { aid: 'A000000333010101', label: 'UnionPay Debit', brand: 'unionpay' },
        hasPin: false,
        emv: { '9F26': '0011223344556677' },
      },
      conversion: CONVERSION,
      repeatOf: 'pin',
      voiceApproval: { code: 'A12345' },
    };
    expect(readSubmit({ ...SUBMIT, ...more })).toMatchObject(more);
  });

  it.each([
    ['amountMinor', { amountMinor: 1.5 }],
    ['amountMinor', { amountMinor: 1e15 }],
    ['currency', { currency: 'XXX' }],
    ['tenantId', { tenantId: "'; --" }],
    ['brand', { brand: '__proto__' }],
    ['localTime', { localTime: 'now' }],
    ['account', { envelope: { sad: null } }],
    ['account', { envelope: { sad: null, account: 'sad.AAAA' } }],
    ['sad', { envelope: { sad: 'account.AAAA', account: 'account.BBBB' } }],
    ['cvm', { presentment: { hasPin: false, cvm: 'smile' } }],
    ['hasPin', { presentment: { cvm: 'none' } }],
    ['emv', { presentment: { hasPin: false, emv: { '9F26': 'zz' } } }],
    ['aid', { presentment: { hasPin: false, application: { aid: 'A0', brand: 'visa' } } }],
    ['brand', { presentment: { hasPin: false, application: { aid: 'A0000000031010', brand: 'x' } } }],
    ['conversion.currency', { conversion: { ...CONVERSION, currency: 'XXX' } }],
    ['conversion.markupBps', { conversion: { ...CONVERSION, markupBps: 1.5 } }],
    ['rate', { conversion: { ...CONVERSION, rate: '1e-3' } }],
    ['amountMinor', { conversion: { ...CONVERSION, amountMinor: 0 } }],
    ['quotedAt', { conversion: { ...CONVERSION, quotedAt: 'today' } }],
    ['expiresAt', { conversion: { ...CONVERSION, expiresAt: 'soon' } }],
    ['code', { voiceApproval: { code: '' } }],
    ['repeatOf', { repeatOf: 'sale' }],
    ['plan.count', { plan: { type: 'installments', count: 'many' } }],
    ['code', { plan: { type: 'installments', code: '6' } }],
    ['plan.firstMonth', { plan: { type: 'installments', firstMonth: 13 } }],
    ['plan.bonuses', { plan: { type: 'bonus', bonuses: [{ month: 7 }] } }],
    ['plan.bonuses', { plan: { type: 'bonus', bonuses: new Array(7).fill({ month: 7, amountMinor: 0 }) } }],
    ['plan.amountMinor', { plan: { type: 'bonus', bonuses: [{ month: 7, amountMinor: 100_000_000 }] } }],
  ])('names %s when it is wrong', (field, wrong) => {
    expect(() => readSubmit({ ...SUBMIT, ...wrong })).toThrow(expect.objectContaining({ facts: { field } }));
  });
});
