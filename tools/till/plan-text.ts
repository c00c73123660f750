import type { PaymentPlan } from './payment-api.js';
import { TillError } from './sandbox-file.js';

/** A plan as the API takes it in `payment_plan`. */
export interface PlanChoice {
  readonly type: string;
  readonly count?: number;
  readonly bonus_months?: readonly number[];
}

/**
 * A plan as a clerk types it, and as the API names it.
 * @throws TillError it is not `type`, `type:count`, `type@month` or `type:count@month.month`
 * @example readPlan('bonus_combined:12@6.12') // { type: 'bonus_combined', count: 12, bonus_months: [6, 12] }
 */
export function readPlan(text: string): PlanChoice {
  const parts = /^(?<type>[a-z_]{1,30})(?::(?<count>\d{1,2}))?(?:@(?<months>\d{1,2}(?:\.\d{1,2})*))?$/.exec(
    text,
  )?.groups;
  if (parts === undefined)
    throw new TillError(
      '--plan takes TYPE, TYPE:COUNT or TYPE:COUNT@MONTH.MONTH, as "npm run till -- plans AMOUNT" lists them',
    );
  const { type = '', count, months } = parts;
  return {
    type,
    ...(count === undefined ? {} : { count: Number(count) }),
    ...(months === undefined ? {} : { bonus_months: months.split('.').map(Number) }),
  };
}

const KIND_JA: Readonly<Record<string, string>> = {
  one_time: '一括',
  installments: '分割',
  revolving: 'リボ',
  bonus: 'ボーナス一括',
  bonus_combined: 'ボーナス併用',
};

/** 支払区分 as a slip prints it: 分割 3回, ボーナス一括 8月. @source payment-features.md §10 */
export function planWords({ type, count, bonus_months: months }: PaymentPlan): string {
  const words = [KIND_JA[type] ?? type];
  if (count !== null) words.push(`${count}回`);
  if (months.length > 0) words.push(months.map((month) => `${month}月`).join('・'));
  return words.join(' ');
}

/** When the holder pays what, for a plan of more than one payment or of a bonus. Fees are the issuer's. */
export function scheduleLines({ type, schedule, cardholder_fee: fee }: PaymentPlan): [string, string][] {
  if (type === 'one_time') return [];
  const lines = schedule.map(({ date, money, bonus }, index): [string, string] => [
    `  ${bonus ? '賞与' : `第${index + 1}回`} ${date.replaceAll('-', '/')}`,
    money.amount_display,
  ]);
  return fee === 'issuer_terms' ? [...lines, ['  手数料 Fee', 'カード会社の規定']] : lines;
}
