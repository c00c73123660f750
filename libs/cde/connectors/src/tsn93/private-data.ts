import { writePrivateTlv } from '@tsunagu/iso8583';
import { AppError } from '@tsunagu/kernel';
import type { WireOrder } from '@tsunagu/links';
import type { Tsn93Profile } from './tsn93-profile.js';

/** The order asks for something this counterpart's wire cannot say. */
export class UnspeakableOrderError extends AppError {
  readonly code = 'method_not_supported';
  readonly category = 'unprocessable';

  constructor(rule: string) {
    super('the order cannot be said on this link', { rule });
  }
}

/** Plan codes of JP01; first month 00 and no bonus list, as the gateway sends neither yet. @source payment-features.md §3.1 */
const PLAN_CODE: Readonly<Record<string, string>> = {
  one_time: '10',
  bonus: '21',
  installments: '61',
  revolving: '80',
};
const UNIONPAY_OPERATION: Partial<Record<WireOrder['operation'], string>> = {
  sale: '01',
  authorize: '01',
  capture: '02',
};

/** Field 48, or undefined when there is nothing to say. @throws UnspeakableOrderError unknown plan, or a plan on a link without plans */
export function privateData(profile: Tsn93Profile, order: WireOrder): string | undefined {
  const entries: [string, string][] = [];
  const plan = order.plan;
  if (plan !== undefined && plan.type !== 'one_time' && !profile.tags.plan) throw new UnspeakableOrderError('plan');
  if (profile.tags.plan && order.operation !== 'capture') entries.push(['JP01', planValue(plan)]);
  const slip = order.slipNo ?? '';
  if (profile.tags.slip && /^[0-9]{1,5}$/.test(slip)) entries.push(['JP04', slip.padStart(5, '0')]);
  const operation = UNIONPAY_OPERATION[order.operation];
  if (profile.tags.unionPayOperation && operation !== undefined) entries.push(['UP01', operation]);
  return entries.length === 0 ? undefined : writePrivateTlv(entries);
}

/** Plan n2, count n2, first month n2, bonus times n1. */
function planValue(plan: WireOrder['plan']): string {
  const code = PLAN_CODE[plan?.type ?? 'one_time'];
  if (code === undefined) throw new UnspeakableOrderError('plan');
  const count = code === '61' ? (plan?.count ?? 0) : 0;
  if (code === '61' && (!Number.isInteger(count) || count < 2 || count > 99))
    throw new UnspeakableOrderError('plan_count');
  return `${code}${String(count).padStart(2, '0')}000`;
}
