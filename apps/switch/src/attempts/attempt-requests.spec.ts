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

describe('internal requests', () => {
  it('reads what the contract says', () => {
    expect(readSubmit(SUBMIT)).toMatchObject({ ...SUBMIT, plan: undefined });
    expect(readReverse({ ...KEY, reason: 'timeout', requestId: 'r' })).toMatchObject({ reason: 'timeout' });
    expect(readAttemptKeys({ attempts: [KEY] })).toEqual([KEY]);
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
