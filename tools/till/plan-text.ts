import type { PaymentPlan } from '@tsunagu/sdk';
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

/** When the holder pays what, and by which table, for a plan of more than one payment or of a bonus. Fees are the issuer's. */
export function scheduleLines(plan: PaymentPlan): [string, string][] {
  if (plan.type === 'one_time') return [];
  let count = 0;
  const lines = plan.schedule.map(({ date, money, bonus }): [string, string] => {
    const name = bonus ? '賞与' : `第${(count += 1)}回`;
    return [`  ${name} ${date.replaceAll('-', '/')}`, money.amount_display];
  });
  if (plan.cardholder_fee === 'issuer_terms') lines.push(['  手数料 Fee', 'カード会社の規定']);
  lines.push(['  区分表 Table', plan.table_version ?? '-']);
  return lines;
}

/** A plan on offer in one line: its name, what it is, and the payments of which there are two kinds or more. */
export function offerLine(plan: PaymentPlan): string {
  const fee = plan.cardholder_fee === 'issuer_terms' ? ', 手数料: カード会社の規定' : '';
  const bonuses = plan.schedule.filter(({ bonus }) => bonus);
  const [first, ...rest] = plan.schedule.filter(({ bonus }) => !bonus);
  const parts = [
    ...(first === undefined ? [] : [`${first.date} ${first.money.amount_display}`]),
    ...(rest.length === 0 ? [] : [`以後 ${rest.length}回 ${rest[0]?.money.amount_display ?? ''}`]),
    ...bonuses.map(({ date, money }) => `賞与 ${date} ${money.amount_display}`),
  ];
  return `${plan.name.padEnd(22)} ${planWords(plan)}: ${parts.join(', ') || '残高による'}${fee}`;
}
