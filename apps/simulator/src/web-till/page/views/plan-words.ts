import type { WirePlan } from '../payment.js';
import type { TillLanguage } from '../words/till-words.js';

const KINDS: Readonly<Record<string, Readonly<Record<TillLanguage, string>>>> = {
  one_time: { ja: '一括', en: 'One time' },
  installments: { ja: '分割', en: 'Instalments' },
  revolving: { ja: 'リボ', en: 'Revolving' },
  bonus: { ja: 'ボーナス一括', en: 'Bonus' },
  bonus_combined: { ja: 'ボーナス併用', en: 'Instalments and bonus' },
};

/** 支払区分 as a slip words it: 分割 3回, ボーナス一括 8月. @source payment-features.md §10 */
export function planWords(plan: Pick<WirePlan, 'type' | 'count' | 'bonus_months'>, language: TillLanguage): string {
  const { type, count, bonus_months: months } = plan;
  const words = [KINDS[type]?.[language] ?? type];
  if (count !== null) words.push(language === 'ja' ? `${count}回` : `× ${count}`);
  if (months.length > 0)
    words.push(language === 'ja' ? months.map((month) => `${month}月`).join('・') : monthNames(months));
  return words.join(' ');
}

function monthNames(months: readonly number[]): string {
  const format = new Intl.DateTimeFormat('en', { month: 'short', timeZone: 'UTC' });
  return months.map((month) => format.format(Date.UTC(2000, month - 1, 1))).join(', ');
}
