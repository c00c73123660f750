import type { BonusRule, PlanAsked, PlanFault } from './plan-rules.js';
import { calendarMonth, monthOf, nextNamed, windowOf, type MonthNumber } from './schedule.js';

/** Most that the wire can say of one bonus. @source payment-features.md §3.1 */
const BONUS_MAX_MINOR = 99_999_999;

/**
 * Months in which bonuses pay the whole of a sale. The first lies in the window of the day of sale, each further one in the next window.
 * @param from.first the month in which the sale could be billed first
 * @returns the months, or the fault: wrong number of bonuses, or a month that is none of this sale's
 */
export function bonusMonths(
  rule: BonusRule,
  from: { readonly date: string; readonly asked?: readonly number[]; readonly first: MonthNumber },
): MonthNumber[] | PlanFault {
  const window = windowOf(from.date, rule.windows);
  if (window === undefined) return 'G71';
  const times = from.asked?.length ?? Math.min(...rule.times);
  if (!rule.times.includes(times)) return 'G70';
  const last = monthOf(from.date) + rule.monthsAheadMax;
  const start = rule.windows.indexOf(window);
  const months: MonthNumber[] = [];
  for (let index = 0; index < times; index += 1) {
    const known = rule.windows[(start + index) % rule.windows.length]?.months ?? [];
    const month = soonest(wishedOf(known, from.asked?.[index]), Math.max(from.first, (months.at(-1) ?? -1) + 1));
    if (month === undefined || month > last) return 'G71';
    months.push(month);
  }
  return months;
}

function wishedOf(known: readonly number[], asked: number | undefined): readonly number[] {
  return asked === undefined ? known : known.filter((month) => month === asked);
}

function soonest(named: readonly number[], earliest: MonthNumber): MonthNumber | undefined {
  return named.map((month) => nextNamed(month, earliest)).sort((one, two) => one - two)[0];
}

/**
 * Bonuses of a combined plan: every time that a chosen month comes within the payments, up to what the rule and the wire know.
 * @returns months and the amount of each in minor units, or the fault
 */
export function combinedBonuses(
  rule: BonusRule,
  plan: {
    readonly asked: Pick<PlanAsked, 'bonusMonths' | 'bonusAmountMinor'>;
    readonly amountMinor: number;
    readonly first: MonthNumber;
    readonly count: number;
  },
): { readonly months: MonthNumber[]; readonly eachMinor: number } | PlanFault {
  const chosen = chosenMonths(rule, plan.asked.bonusMonths);
  if (chosen === undefined) return 'G71';
  const months = Array.from({ length: plan.count }, (_, index) => plan.first + index).filter((month) =>
    chosen.includes(calendarMonth(month)),
  );
  if (months.length === 0) return 'G71';
  if (!rule.times.includes(months.length)) return 'G70';
  const shareMinor = Math.floor((plan.amountMinor * rule.shareMaxBps) / 10_000);
  const eachMinor = plan.asked.bonusAmountMinor ?? Math.floor(shareMinor / months.length);
  const isSound = eachMinor >= 1 && eachMinor <= BONUS_MAX_MINOR && eachMinor * months.length <= shareMinor;
  return isSound ? { months, eachMinor } : 'G72';
}

/** One month of each window at most; left out: the first of every window. @returns undefined: not months of this rule */
function chosenMonths({ windows }: BonusRule, asked: readonly number[] | undefined): readonly number[] | undefined {
  if (asked === undefined) return windows.flatMap(({ months }) => months.slice(0, 1));
  const taken = asked.map((month) => windows.findIndex(({ months }) => months.includes(month)));
  const areOfOneEach = !taken.includes(-1) && new Set(taken).size === taken.length;
  return areOfOneEach && asked.length > 0 ? asked : undefined;
}
