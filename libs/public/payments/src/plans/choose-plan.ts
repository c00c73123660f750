import type { SubmitRequest } from '@tsunagu/contracts';
import { PaymentError } from '../payment-error.js';
import { judgePlan, legalPlans, planName } from './plan-engine.js';
import type { ChosenPlan, PlanAsked, PlanFacts } from './plan-rules.js';

/**
 * The plan of a new payment, with the table that allows it. Decided before anything is stored or sent.
 * @param asked left out: one time
 * @throws PaymentError `plan_not_allowed` with the fault and the names of the plans that are legal for this sale
 */
export function choosePlan(facts: PlanFacts, asked: PlanAsked = { type: 'one_time' }): ChosenPlan {
  const verdict = judgePlan(facts, asked);
  if ('plan' in verdict) return verdict.plan;
  const legal = legalPlans(facts).map(planName).join(' ');
  throw new PaymentError('plan_not_allowed', { domestic_code: verdict.fault, legal_plans: legal });
}

/** What of a plan the issuer is told: every message of the payment says it alike, refunds too. */
export function wirePlan({ type, count, code, firstMonth, bonuses }: ChosenPlan): SubmitRequest['plan'] {
  return { type, count, code, firstMonth, bonuses };
}
