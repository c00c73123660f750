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

/** Plan codes of JP01 for an order that names none. @source payment-features.md §3.1 */
const PLAN_CODE: Readonly<Record<string, string>> = {
  one_time: '10',
  bonus: '21',
  bonus_combined: '31',
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

/**
 * Plan n2, count n2, first month n2 (00: the issuer's next), bonus times n1, then of each bonus month n2 and amount n12.
 * Amount 0 says that a bonus pays its share of the whole, because the sum of them must stay below field 4.
 * @source iso8583-1993.md §12
 */
function planValue(plan: WireOrder['plan'] = { type: 'one_time' }): string {
  const { type, count = 0, firstMonth = 0, bonuses = [] } = plan;
  const code = plan.code ?? PLAN_CODE[type];
  if (code === undefined) throw new UnspeakableOrderError('plan');
  checkParts(code, { count, bonuses: bonuses.length });
  const list = bonuses.map(({ month, amountMinor }) => digits(month, 2) + digits(amountMinor, 12)).join('');
  return `${code}${digits(count, 2)}${digits(firstMonth, 2)}${bonuses.length}${list}`;
}

/** Plans of the 30s and 61 name a number of payments, those of the 30s bonuses too. @throws UnspeakableOrderError */
function checkParts(code: string, { count, bonuses }: { count: number; bonuses: number }): void {
  const isCombined = code.startsWith('3');
  const isSplit = isCombined || code === '61';
  if (isSplit ? count < 2 || count > 99 : count !== 0) throw new UnspeakableOrderError('plan_count');
  if (bonuses > 6 || (isCombined && bonuses === 0)) throw new UnspeakableOrderError('plan_bonuses');
}

function digits(value: number, width: number): string {
  return String(value).padStart(width, '0');
}
