import { describe, expect, it } from 'vitest';
import { viewOf } from '../queries/payment-view.js';
import { aRecord } from '../testing/a-record.js';
import { judgePlan } from './plan-engine.js';
import { planOfAmount } from './plan-of-amount.js';
import type { ChosenPlan, PlanAsked } from './plan-rules.js';

function planOf(asked: PlanAsked, bin6 = '353011'): ChosenPlan {
  const facts = { method: 'credit', contract: 'large', amountMinor: 120_906, currency: 'JPY', date: '2026-11-23' };
  const verdict = judgePlan({ ...facts, card: { bin6 } }, asked);
  if ('fault' in verdict) throw new Error(`refused with ${verdict.fault}`);
  return verdict.plan;
}

const amountsOf = ({ schedule }: ChosenPlan) => schedule.map(({ amountMinor }) => amountMinor);
const THREE = planOf({ type: 'installments', count: 3 });

describe('a plan over what was taken', () => {
  it('keeps days and count, and sums to the yen', () => {
    const half = planOfAmount(THREE, 60_455);
    expect(amountsOf(half)).toEqual([20_153, 20_151, 20_151]);
    expect(half.schedule.map(({ date }) => date)).toEqual(THREE.schedule.map(({ date }) => date));
    expect(planOfAmount(THREE, 120_906)).toBe(THREE);
  });

  it('keeps the unit of the row that allowed it', () => {
    const three = planOf({ type: 'installments', count: 3 }, '411111');
    expect(amountsOf(planOfAmount(three, 60_455))).toEqual([20_255, 20_100, 20_100]);
  });

  it('keeps what each bonus of a combined plan pays, and splits a bonus that pays its share', () => {
    const combined = planOf({ type: 'bonus_combined', count: 6, bonusMonths: [6], bonusAmountMinor: 20_000 });
    expect(amountsOf(planOfAmount(combined, 60_455))).toEqual([6_745, 6_742, 6_742, 6_742, 6_742, 6_742, 20_000]);
    const two = planOf({ type: 'bonus' }, '555555');
    expect(amountsOf(planOfAmount(two, 60_455))).toEqual([30_228, 30_227]);
  });

  it.each([
    ['less than its bonuses', planOf({ type: 'bonus_combined', count: 6, bonusMonths: [6], bonusAmountMinor: 20_000 }), 20_000],
    ['fewer yen than payments', THREE, 2],
  ])('says nothing of days when %s were taken', (_, plan, amountMinor) => {
    expect(planOfAmount(plan, amountMinor).schedule).toEqual([]);
  }); // prettier-ignore

  it.each([
    ['what was asked for', { status: 'processing' }, 120_906],
    ['a part that was approved', { status: 'authorized', authorizedMinor: 60_453 }, 60_453],
    ['more that was added', { status: 'authorized', authorizedMinor: 130_001 }, 130_001],
    ['a part that was captured', { status: 'captured', authorizedMinor: 120_906, capturedMinor: 50_001 }, 50_001],
    ['the sale of a refund', { status: 'refunded', authorizedMinor: 9, capturedMinor: 9, refundedMinor: 9 }, 9],
  ] as const)('is shown over %s', (_, payment, amountMinor) => {
    const { plan } = viewOf(aRecord({ payment: { plan: THREE, amountMinor: 120_906, ...payment } }));
    expect(amountsOf(plan!).reduce((sum, one) => sum + one, 0)).toBe(amountMinor);
  });
});
