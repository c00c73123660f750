import { bonusMonths, combinedBonuses } from './bonus.js';
import type {
  BonusRule, ChosenPlan, PlanAsked, PlanFacts, PlanFault, PlanIssuer, PlanRow, PlanTable,
} from './plan-rules.js'; // prettier-ignore
import { PLAN_TABLES } from './plan-tables.js';
import {
  calendarMonth, firstBilling, monthly, nextNamed, paymentDate, splitAmount, type MonthNumber,
} from './schedule.js'; // prettier-ignore

/** A plan, or why there is none. */
export type Verdict = { readonly plan: ChosenPlan } | { readonly fault: PlanFault };

const BEFORE_ALL: PlanTable = { version: 'none', validFrom: '', issuers: [], rows: [] };
/** Wire digits of a payment in one sum. @source payment-features.md §3.1 */
const ONE_TIME_CODE = '10';
const NO_BONUS: BonusRule = { windows: [], times: [], monthsAheadMax: 0, shareMaxBps: 0 };
const NO_PLANS: readonly string[] = ['debit', 'prepaid'];
/** What a terminal calls an amount outside the limits of a plan. */
const AMOUNT_FAULT: Readonly<Record<PlanRow['type'], PlanFault>> = {
  installments: 'G75',
  bonus: 'G72',
  bonus_combined: 'G72',
  revolving: 'G78',
};

/**
 * Whether this holder may pay this sale so, by the table in force on the business date of the sale. The one judge: a quote is what it
 * says yes to, and a payment is held against it again.
 * @returns the plan with its schedule, or the fault as a card terminal names it
 */
export function judgePlan(facts: PlanFacts, asked: PlanAsked, tables: readonly PlanTable[] = PLAN_TABLES): Verdict {
  const table = tableOn(facts.date, tables);
  const issuer = issuerOf(table, facts.card);
  if (asked.type === 'one_time') return { plan: oneTime(facts, table, issuer) };
  const rows = rowsOf(table, issuer, facts).filter(({ type }) => type === asked.type);
  if (issuer === undefined || rows.length === 0) return { fault: 'G78' };
  const row = rows.find(({ counts }) => isCountOf(counts, asked.count));
  if (row === undefined) return { fault: 'G74' };
  if (facts.amountMinor < row.amount.fromMinor || facts.amountMinor > row.amount.toMinor)
    return { fault: AMOUNT_FAULT[row.type] };
  const first = firstMonth(row, asked, firstBilling(facts.date, issuer.billing));
  if (first === undefined) return { fault: 'G73' };
  const draft = draftPlan({ facts, asked, row, issuer, first });
  return typeof draft === 'string' ? { fault: draft } : { plan: finish(draft, { row, asked, first, table }) };
}

/** Every plan that is legal for this sale, in the order in which a terminal shows them. Never empty: one time is always legal. */
export function legalPlans(facts: PlanFacts, tables: readonly PlanTable[] = PLAN_TABLES): ChosenPlan[] {
  const table = tableOn(facts.date, tables);
  const rows = rowsOf(table, issuerOf(table, facts.card), facts);
  const asks: PlanAsked[] = [{ type: 'one_time' }, ...rows.flatMap(asksOf).sort(inShownOrder)];
  return asks.flatMap((asked) => {
    const verdict = judgePlan(facts, asked, tables);
    return 'plan' in verdict ? [verdict.plan] : [];
  });
}

/** A plan as a clerk types it, for example `installments:3` or `bonus@8`. */
export function planName({ type, count, bonuses = [] }: Pick<ChosenPlan, 'type' | 'count' | 'bonuses'>): string {
  const months = [...new Set(bonuses.map(({ month }) => month))];
  return `${type}${count === undefined ? '' : `:${count}`}${months.length === 0 ? '' : `@${months.join('.')}`}`;
}

function tableOn(date: string, tables: readonly PlanTable[]): PlanTable {
  return tables.findLast(({ validFrom }) => validFrom <= date) ?? BEFORE_ALL;
}

/** A card of another country, or of an issuer that the table does not know, is nobody's: it pays at once. */
function issuerOf({ issuers }: PlanTable, card: PlanFacts['card']): PlanIssuer | undefined {
  const isForeign = (card.country ?? 'JP') !== 'JP';
  if (isForeign) return undefined;
  return issuers.find(
    ({ bins, brand }) => bins.some((bin) => card.bin6.startsWith(bin)) && (card.brand ?? brand) === brand,
  );
}

function rowsOf({ rows }: PlanTable, issuer: PlanIssuer | undefined, facts: PlanFacts): PlanRow[] {
  const isPlanCard = facts.currency === 'JPY' && facts.method !== 'unionpay' && facts.card.brand !== 'unionpay';
  if (issuer === undefined || !isPlanCard || NO_PLANS.includes(facts.card.funding ?? '')) return [];
  return rows.filter((row) => row.issuer === issuer.id && row.contracts.includes(facts.contract));
}

function isCountOf(counts: readonly number[] | undefined, count: number | undefined): boolean {
  return counts === undefined ? count === undefined : count !== undefined && counts.includes(count);
}

function firstMonth(row: PlanRow, { firstMonth: asked }: PlanAsked, soonest: MonthNumber): MonthNumber | undefined {
  if (asked === undefined) return soonest;
  const wished = nextNamed(asked, soonest);
  return wished - soonest <= row.postponeMonthsMax ? wished : undefined;
}

/** What every kind of plan is worked out from. */
interface Sale {
  readonly facts: PlanFacts;
  readonly asked: PlanAsked;
  readonly row: PlanRow;
  readonly issuer: PlanIssuer;
  readonly first: MonthNumber;
}
type Draft = Pick<ChosenPlan, 'count' | 'bonuses' | 'schedule'>;

function draftPlan(sale: Sale): Draft | PlanFault {
  switch (sale.row.type) {
    case 'installments':
      return split(sale);
    case 'bonus':
      return bonus(sale);
    case 'bonus_combined':
      return combined(sale);
    case 'revolving':
      return { schedule: [] }; // what is paid each month hangs on the holder's whole balance
  }
}

function split({ facts, asked, row, issuer, first }: Sale): Draft | PlanFault {
  const amounts = splitAmount(facts.amountMinor, asked.count ?? 1, row.unitMinor);
  if (amounts.includes(0)) return 'G75';
  return { count: asked.count, schedule: monthly(amounts, first, issuer.billing) };
}

function bonus({ facts, asked, row, issuer, first }: Sale): Draft | PlanFault {
  const months = bonusMonths(row.bonus ?? NO_BONUS, { date: facts.date, asked: asked.bonusMonths, first });
  if (typeof months === 'string') return months;
  const amounts = splitAmount(facts.amountMinor, months.length, row.unitMinor);
  if (amounts.includes(0)) return 'G72';
  const schedule = months.map((month, index) => ({
    date: paymentDate(month, issuer.billing),
    amountMinor: amounts[index] ?? 0,
    isBonus: true,
  }));
  return { bonuses: months.map((month) => ({ month: calendarMonth(month), amountMinor: 0 })), schedule };
}

function combined({ facts, asked, row, issuer, first }: Sale): Draft | PlanFault {
  const { amountMinor } = facts;
  const count = asked.count ?? 1;
  const bonuses = combinedBonuses(row.bonus ?? NO_BONUS, { asked, amountMinor, first, count });
  if (typeof bonuses === 'string') return bonuses;
  const { months, eachMinor } = bonuses;
  const parts = splitAmount(amountMinor - eachMinor * months.length, count, row.unitMinor);
  if (parts.includes(0)) return 'G75';
  const extra = months.map((month) => ({
    date: paymentDate(month, issuer.billing),
    amountMinor: eachMinor,
    isBonus: true,
  }));
  const schedule = [...monthly(parts, first, issuer.billing), ...extra].sort((one, two) =>
    one.date < two.date ? -1 : one.date > two.date ? 1 : 0,
  );
  return { count, bonuses: months.map((month) => ({ month: calendarMonth(month), amountMinor: eachMinor })), schedule };
}

function finish(
  draft: Draft,
  { row, asked, first, table }: Pick<Sale, 'row' | 'asked' | 'first'> & { table: PlanTable },
): ChosenPlan {
  const { count, bonuses, schedule } = draft;
  const isPutOff = asked.firstMonth !== undefined;
  const months = [...new Set((bonuses ?? []).map(({ month }) => two(month)))].join('.');
  const words = [row.code, count === undefined ? '' : two(count), months].filter((word) => word !== '');
  return {
    type: row.type,
    ...(count === undefined ? {} : { count }),
    id: `${words.join('-')}${isPutOff ? `+${two(calendarMonth(first))}` : ''}`,
    code: row.code,
    rule: row.id,
    tableVersion: table.version,
    ...(isPutOff ? { firstMonth: calendarMonth(first) } : {}),
    ...(bonuses === undefined ? {} : { bonuses }),
    schedule,
    holderFee: hasFee(row, count) ? 'issuer_terms' : 'none',
    partialRefund: row.partialRefund,
  };
}

function hasFee({ feeFromCount }: PlanRow, count = 1): boolean {
  return feeFromCount !== null && count >= feeFromCount;
}

function oneTime({ date, amountMinor }: PlanFacts, table: PlanTable, issuer: PlanIssuer | undefined): ChosenPlan {
  const schedule =
    issuer === undefined ? [] : monthly([amountMinor], firstBilling(date, issuer.billing), issuer.billing);
  const plan = { type: 'one_time', id: ONE_TIME_CODE, code: ONE_TIME_CODE, rule: 'one_time' } as const;
  return { ...plan, tableVersion: table.version, schedule, holderFee: 'none', partialRefund: 'allowed' };
}

/** What a row may be asked for: each count, and each single bonus month that it knows. */
function asksOf({ type, counts, bonus: rule }: PlanRow): PlanAsked[] {
  if (counts !== undefined) return counts.map((count) => ({ type, count }));
  if (rule === undefined || !rule.times.includes(1)) return [{ type }];
  return rule.windows.flatMap(({ months }) => months.map((month) => ({ type, bonusMonths: [month] })));
}

const SHOWN = ['installments', 'bonus', 'bonus_combined', 'revolving'];

function inShownOrder(one: PlanAsked, two: PlanAsked): number {
  return SHOWN.indexOf(one.type) - SHOWN.indexOf(two.type) || (one.count ?? 0) - (two.count ?? 0);
}

function two(value: number): string {
  return String(value).padStart(2, '0');
}
