import { IsoMessage, writePrivateTlv } from '@tsunagu/iso8583';
import { describe, expect, it } from 'vitest';
import { readPlan } from './plan.js';

const read = (plan: string) => readPlan(new IsoMessage('1200', { 48: writePrivateTlv([['JP01', plan]]) }));

describe('the plan of a payment server', () => {
  it.each([
    ['1000000', undefined],
    ['8000000', { type: 'revolving' }],
    ['6103000', { type: 'installments', count: 3 }],
    ['6110010', { type: 'installments', count: 10, firstMonth: 1 }],
    ['2100000', { type: 'bonus' }],
    ['210000108000000000000', { type: 'bonus', bonusMonths: [8] }],
    [
      '31060020700000010000012000000100000',
      { type: 'bonus_combined', count: 6, bonusMonths: [7, 12], bonusAmountMinor: 100_000 },
    ],
  ])('%s is passed on whole', (digits, plan) => {
    expect(read(digits)).toEqual({ slipNo: undefined, ...(plan === undefined ? {} : { plan }) });
  });

  it.each(['9900000', '6101000', '6100000', '1003000', '2100001', '61030', '31060020700000010000012000000200000'])(
    '%s cannot be passed on, and is refused',
    (digits) => {
      expect(read(digits)).toBeUndefined();
    },
  );
});
