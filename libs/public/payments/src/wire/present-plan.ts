import type { CurrencyCode } from '@tsunagu/kernel';
import { planName } from '../plans/plan-engine.js';
import type { ChosenPlan } from '../plans/plan-rules.js';
import type { PlanResponse } from './payment.response.js';
import { presentMoney } from './present-money.js';

const NOT_KEPT: PlanResponse = {
  type: 'one_time', count: null, id: null, code: null, name: 'one_time', first_month: null, bonus_months: [], bonus_amount: null,
  schedule: [], cardholder_fee: null, partial_refund: null, rule: null, table_version: null,
}; // prettier-ignore

/** A plan, chosen or offered. @param plan null: of a payment without one */
export function presentPlan(plan: ChosenPlan | null, currency: CurrencyCode): PlanResponse {
  if (plan === null) return NOT_KEPT;
  const { type, id, code, rule, tableVersion, holderFee, partialRefund, bonuses = [], schedule } = plan;
  const bonusMinor = bonuses[0]?.amountMinor;
  return {
    type,
    count: plan.count ?? null,
    id,
    code,
    name: planName(plan),
    first_month: plan.firstMonth ?? null,
    bonus_months: [...new Set(bonuses.map(({ month }) => month))],
    bonus_amount: bonusMinor === undefined || bonusMinor === 0 ? null : bonusMinor,
    schedule: schedule.map(({ date, amountMinor, isBonus }) => ({
      month: date.slice(0, 7),
      date,
      money: presentMoney(amountMinor, currency),
      bonus: isBonus,
    })),
    cardholder_fee: holderFee,
    partial_refund: partialRefund,
    rule,
    table_version: tableVersion,
  };
}
