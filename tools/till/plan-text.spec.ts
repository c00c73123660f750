import { describe, expect, it } from 'vitest';
import type { PaymentPlan } from '@tsunagu/sdk';
import { offerLine, planWords, readPlan, scheduleLines } from './plan-text.js';

const money = (amount: number) => ({ amount, currency: 'JPY' as const, amount_display: `¥${amount}` });
const payment = (date: string, amount: number, bonus = false) => ({
  month: date.slice(0, 7),
  date,
  money: money(amount),
  bonus,
});

const REST = {
  id: '61',
  code: '61',
  first_month: null,
  bonus_amount: null,
  partial_refund: 'allowed',
  rule: 'installments',
} as const;

function aPlan(change: Partial<PaymentPlan> = {}): PaymentPlan {
  return {
    ...REST,
    type: 'installments', name: 'installments:2', count: 2, bonus_months: [], cardholder_fee: 'none', table_version: '2026-10-01',
    schedule: [payment('2026-12-10', 501), payment('2027-01-10', 500)], ...change,
  }; // prettier-ignore
}

describe('a plan as a clerk types it', () => {
  it.each([
    ['one_time', { type: 'one_time' }],
    ['installments:3', { type: 'installments', count: 3 }],
    ['bonus@8', { type: 'bonus', bonus_months: [8] }],
    ['bonus_combined:12@6.12', { type: 'bonus_combined', count: 12, bonus_months: [6, 12] }],
  ])('%s', (text, expected) => {
    expect(readPlan(text)).toEqual(expected);
  });

  it.each(['', 'installments:', 'installments:x', 'bonus@', 'bonus@6.', 'installments:3:4', 'Bonus 8'])('%j is told what to do', (text) => {
    expect(() => readPlan(text)).toThrow('plans AMOUNT');
  }); // prettier-ignore
});

describe('a plan on the receipt', () => {
  it('is said as slips say it', () => {
    const words = [
      aPlan({ type: 'one_time', count: null }),
      aPlan(),
      aPlan({ type: 'bonus', count: null, bonus_months: [8] }),
      aPlan({ type: 'bonus_combined', count: 12, bonus_months: [6, 12] }),
      aPlan({ type: 'revolving', count: null }),
    ].map(planWords);
    expect(words).toEqual(['一括', '分割 2回', 'ボーナス一括 8月', 'ボーナス併用 12回 6月・12月', 'リボ']);
  });

  it('shows days, amounts and the table, and a fee only where the table has one', () => {
    expect(scheduleLines(aPlan())).toEqual([
      ['  第1回 2026/12/10', '¥501'],
      ['  第2回 2027/01/10', '¥500'],
      ['  区分表 Table', '2026-10-01'],
    ]);
    const schedule = [payment('2027-06-10', 5), payment('2027-06-10', 9, true), payment('2027-07-10', 4)];
    expect(scheduleLines(aPlan({ cardholder_fee: 'issuer_terms', schedule })).map(([name]) => name)).toEqual([
      '  第1回 2027/06/10', '  賞与 2027/06/10', '  第2回 2027/07/10', '  手数料 Fee', '  区分表 Table',
    ]); // prettier-ignore
    expect(scheduleLines(aPlan({ type: 'one_time' }))).toEqual([]);
  });

  it('is offered in one line', () => {
    const schedule = [payment('2027-01-10', 5), payment('2027-02-10', 4), payment('2027-06-10', 9, true)];
    expect(offerLine(aPlan({ schedule })).replace(/ +/g, ' ')).toBe(
      'installments:2 分割 2回: 2027-01-10 ¥5, 以後 1回 ¥4, 賞与 2027-06-10 ¥9',
    );
    const revolving = aPlan({ type: 'revolving', name: 'revolving', count: null, schedule: [], cardholder_fee: 'issuer_terms' }); // prettier-ignore
    expect(offerLine(revolving).replace(/ +/g, ' ')).toBe('revolving リボ: 残高による, 手数料: カード会社の規定');
  });
});
