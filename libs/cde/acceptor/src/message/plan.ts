import type { HqPaymentOrder } from '@tsunagu/contracts';
import { readPrivateTlv, type IsoMessage } from '@tsunagu/iso8583';

/** Plan codes of JP01 that the gateway takes. @source iso8583-1993.md §12, payment-features.md §3.1 */
const TYPES: Readonly<Record<string, string>> = {
  '10': 'one_time',
  '21': 'bonus',
  '23': 'bonus',
  '31': 'bonus_combined',
  '61': 'installments',
  '80': 'revolving',
};
const SPLIT: readonly string[] = ['installments', 'bonus_combined'];

/** What field 48 says of how the holder pays. */
export interface HqPlan {
  readonly plan?: NonNullable<HqPaymentOrder['plan']>;
  readonly slipNo?: string;
}

/** @returns undefined when the plan is none that can be taken */
export function readPlan(message: IsoMessage): HqPlan | undefined {
  const tags = readPrivateTlv(message.text(48) ?? '');
  const slip = tags.get('JP04');
  const slipNo = slip === undefined || !/^[0-9]{1,5}$/.test(slip) ? undefined : slip;
  const digits = tags.get('JP01');
  if (digits === undefined) return { slipNo };
  const plan = planOf(digits);
  if (plan?.type === 'one_time') return { slipNo };
  return plan === undefined ? undefined : { slipNo, plan };
}

const LAYOUT = /^(?<code>\d\d)(?<count>\d\d)(?<month>\d\d)(?<times>\d)(?<list>(?:\d{14})*)$/;

/** Plan n2, count n2, first month n2, bonus times n1, and of each bonus month n2 and amount n12. */
function planOf(digits: string): HqPlan['plan'] {
  const parts = LAYOUT.exec(digits)?.groups as
    Record<'code' | 'count' | 'month' | 'times' | 'list', string> | undefined;
  const type = TYPES[parts?.code ?? ''];
  if (parts === undefined || type === undefined) return undefined;
  const [count, month, times] = [Number(parts.count), Number(parts.month), Number(parts.times)];
  const bonuses = bonusesOf(parts.list);
  const isSound = parts.list.length === times * 14 && SPLIT.includes(type) === count >= 2;
  if (!isSound || bonuses === undefined) return undefined;
  return { type, ...(count === 0 ? {} : { count }), ...(month === 0 ? {} : { firstMonth: month }), ...bonuses };
}

/** Every bonus pays the same here: a list that says otherwise cannot be passed on, and is refused. Amount 0: its share of the whole. */
function bonusesOf(list: string): Pick<NonNullable<HqPlan['plan']>, 'bonusMonths' | 'bonusAmountMinor'> | undefined {
  const each = list.match(/\d{14}/g) ?? [];
  const amounts = new Set(each.map((one) => Number(one.slice(2))));
  if (amounts.size > 1) return undefined;
  const [amount = 0] = amounts;
  const bonusMonths = [...new Set(each.map((one) => Number(one.slice(0, 2))))];
  return {
    ...(bonusMonths.length === 0 ? {} : { bonusMonths }),
    ...(amount === 0 ? {} : { bonusAmountMinor: amount }),
  };
}
