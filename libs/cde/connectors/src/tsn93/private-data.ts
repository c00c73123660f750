import { writePrivateTlv } from '@tsunagu/iso8583';
import type { OriginalMessage, WireOrder } from '@tsunagu/links';
import { conversionTags } from './conversion-fields.js';
import type { Tsn93Profile } from './tsn93-profile.js';
import { cancelTags, operationTags } from './union-pay-tags.js';
import { UnspeakableOrderError } from './unspeakable-order.js';

/** Plan codes of JP01 for an order that names none. @source payment-features.md §3.1 */
const PLAN_CODE: Readonly<Record<string, string>> = {
  one_time: '10',
  bonus: '21',
  bonus_combined: '31',
  installments: '61',
  revolving: '80',
};

/** Movements that follow a payment keep its plan unsaid. */
const WITHOUT_PLAN: readonly WireOrder['operation'][] = ['capture', 'increase'];

/**
 * Field 48, or undefined when there is nothing to say.
 * @param original what the message refers to; null when it stands alone
 * @throws UnspeakableOrderError unknown plan or quote, or a plan on a link without plans
 */
export function privateData(
  profile: Tsn93Profile,
  order: WireOrder,
  original: OriginalMessage | null,
): string | undefined {
  const { plan, operation } = order;
  if (plan !== undefined && plan.type !== 'one_time' && !profile.tags.plan) throw new UnspeakableOrderError('plan');
  const slip = order.slipNo ?? '';
  const hasSlip = profile.tags.slip && /^[0-9]{1,5}$/.test(slip);
  return written([
    ...(profile.tags.plan && !WITHOUT_PLAN.includes(operation) ? [['JP01', planValue(plan)] as const] : []),
    ...(hasSlip ? [['JP04', slip.padStart(5, '0')] as const] : []),
    ...(profile.tags.conversion ? conversionTags(order) : []),
    ...(profile.tags.unionPayOperation ? operationTags(operation, original) : []),
  ]);
}

/** Field 48 of a cancel that the customer asked for: the operation that it is, where the counterpart has a word for it. */
export function cancelData(
  profile: Tsn93Profile,
  { operation }: WireOrder,
  original: OriginalMessage,
): string | undefined {
  return profile.tags.unionPayOperation ? written(cancelTags(operation, original)) : undefined;
}

function written(entries: readonly (readonly [string, string])[]): string | undefined {
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
