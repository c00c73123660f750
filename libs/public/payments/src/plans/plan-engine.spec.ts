import { describe, expect, it } from 'vitest';
import { judgePlan, legalPlans, planName } from './plan-engine.js';
import type { ChosenPlan, PlanAsked, PlanFacts, PlanFault, PlanRow } from './plan-rules.js';
import { PLAN_TABLES } from './plan-tables.js';
import { monthOf, splitAmount } from './schedule.js';

const JCB = { bin6: '353011', brand: 'jcb' } as const;

function aSale(change: Partial<PlanFacts> = {}): PlanFacts {
  return { card: JCB, method: 'credit', contract: 'standard', amountMinor: 60_000, currency: 'JPY', date: '2026-11-23', ...change }; // prettier-ignore
}

function planOf(facts: PlanFacts, asked: PlanAsked): ChosenPlan {
  const verdict = judgePlan(facts, asked);
  if ('fault' in verdict) throw new Error(`refused with ${verdict.fault}`);
  return verdict.plan;
}

function faultOf(facts: PlanFacts, asked: PlanAsked): PlanFault | 'legal' {
  const verdict = judgePlan(facts, asked);
  return 'fault' in verdict ? verdict.fault : 'legal';
}

const sum = ({ schedule }: ChosenPlan) => schedule.reduce((total, { amountMinor }) => total + amountMinor, 0);

/** Every day of two years, from before the first table to past a leap day. */
const DAYS = Array.from({ length: 800 }, (_, index) =>
  new Date(Date.UTC(2026, 2, 1 + index)).toISOString().slice(0, 10),
);
/** Amounts at which divisions and limits go wrong, and some in between that a seed picked. */
function amountsOf({ amount: { fromMinor, toMinor } }: PlanRow): number[] {
  let state = 20_261_123;
  const picked = Array.from({ length: 40 }, () => {
    state = (state * 1_103_515_245 + 12_345) % 2_147_483_648;
    return fromMinor + (state % (toMinor - fromMinor + 1));
  });
  return [fromMinor, fromMinor + 1, toMinor - 1, toMinor, ...picked];
}

/** A sale that each row is for. */
function salesOf(table: (typeof PLAN_TABLES)[number], row: PlanRow): PlanFacts[] {
  const issuer = table.issuers.find(({ id }) => id === row.issuer);
  return row.contracts.flatMap((contract) =>
    (issuer?.bins ?? []).map((bin6) =>
      aSale({ card: { bin6, brand: issuer?.brand }, contract, date: table.validFrom }),
    ),
  );
}
function asksOf(row: PlanRow): PlanAsked[] {
  return (row.counts ?? [undefined]).map((count) => ({ type: row.type, count }));
}
const ROWS = PLAN_TABLES.flatMap((table) =>
  table.rows.map((row) => [`${table.version} ${row.id}`, table, row] as const),
);

describe('every row of every table', () => {
  it.each(ROWS)('%s allows what it says, and its payments sum to the yen', (_, table, row) => {
    for (const facts of salesOf(table, row))
      for (const asked of asksOf(row))
        for (const amountMinor of amountsOf(row)) {
          const plan = planOf({ ...facts, amountMinor }, asked);
          expect([plan.rule, plan.code, plan.tableVersion]).toEqual([row.id, row.code, table.version]);
          expect(row.type === 'revolving' ? amountMinor : sum(plan)).toBe(amountMinor);
          expect(plan.schedule.every((payment) => payment.amountMinor > 0)).toBe(true);
        }
  });

  it.each(ROWS)('%s refuses one yen below and one yen above its limits, and its neighbour counts', (_, table, row) => {
    const others = table.rows.filter(({ issuer, type }) => issuer === row.issuer && type === row.type);
    for (const facts of salesOf(table, row)) {
      for (const asked of asksOf(row)) {
        expect(faultOf({ ...facts, amountMinor: row.amount.fromMinor - 1 }, asked)).toMatch(/G7[258]/);
        expect(faultOf({ ...facts, amountMinor: row.amount.toMinor + 1 }, asked)).toMatch(/G7[258]/);
      }
      const allowed = others
        .filter(({ contracts }) => contracts.includes(facts.contract))
        .flatMap(({ counts = [] }) => counts);
      for (const count of [0, 1, 4, 7, 99].filter((each) => !allowed.includes(each)))
        expect(faultOf({ ...facts, amountMinor: row.amount.fromMinor }, { type: row.type, count })).toBe('G74');
    }
  });

  it.each(ROWS)('%s names its source and a contract', (_, table, row) => {
    expect([row.source.length > 10, row.contracts.length > 0]).toEqual([true, true]);
    expect(table.issuers.some(({ id }) => id === row.issuer)).toBe(true);
    expect({ installments: /^61$/, bonus: /^2[1-4]$/, bonus_combined: /^3[1-4]$/, revolving: /^80$/ }[row.type].test(row.code)).toBe(true); // prettier-ignore
  });
});

describe('dates', () => {
  /** What is wrong with the dates of a plan; undefined when nothing is. */
  function wrongDates(date: string, { schedule, id }: ChosenPlan): string | undefined {
    const days = schedule.map((payment) => payment.date);
    const months = schedule.filter(({ isBonus }) => !isBonus).map((payment) => monthOf(payment.date));
    const areNext = months.every((month, index) => index === 0 || month === (months[index - 1] ?? 0) + 1);
    const exist = days.every((day) => new Date(`${day}T00:00:00Z`).toISOString().startsWith(day));
    const areSorted = days.every((day, index) => day > date && day >= (days[index - 1] ?? ''));
    return areNext && exist && areSorted ? undefined : `${date} ${id}`;
  }

  it('lie in consecutive months after the sale, over every year end and month end', () => {
    const wrong = DAYS.flatMap((date) => legalPlans(aSale({ date })).map((plan) => wrongDates(date, plan)));
    expect(wrong.filter((each) => each !== undefined)).toEqual([]);
    expect(wrong.length).toBeGreaterThan(10_000);
  });

  it('begin with the closing day of the issuer', () => {
    const three = { type: 'installments', count: 3 };
    const days = (date: string, card = JCB as PlanFacts['card']) =>
      planOf(aSale({ date, card }), three).schedule.map((payment) => payment.date);
    expect(days('2026-11-15')).toEqual(['2026-12-10', '2027-01-10', '2027-02-10']);
    expect(days('2026-11-16')).toEqual(['2027-01-10', '2027-02-10', '2027-03-10']);
    expect(days('2026-12-31', { bin6: '411111', brand: 'visa' })).toEqual(['2027-01-27', '2027-02-27', '2027-03-27']);
  });

  it('may be put off as far as the row says', () => {
    const asked = (firstMonth: number) => ({ type: 'installments', count: 3, firstMonth });
    expect(planOf(aSale({ date: '2026-11-15' }), asked(2))).toMatchObject({ id: '61-03+02', firstMonth: 2 });
    expect(planOf(aSale({ date: '2026-11-15' }), asked(2)).schedule[0]?.date).toBe('2027-02-10');
    expect(faultOf(aSale({ date: '2026-11-15' }), asked(3))).toBe('G73');
    expect(faultOf(aSale({ date: '2026-11-15' }), asked(11))).toBe('G73');
    expect(faultOf(aSale(), { type: 'installments', count: 2, firstMonth: 3 })).toBe('G73');
  });
});

describe('bonuses', () => {
  it.each([
    ['2026-11-30', [12, 1], 'a sale of the winter window after the closing day: January only', ['2027-01-10']],
    ['2026-07-01', [12], 'a sale of July: December', ['2026-12-10']],
    ['2026-12-01', [6], 'a sale of December: June', ['2027-06-10']],
    ['2027-06-30', [8], 'a sale of the last day of June: August', ['2027-08-10']],
  ])('%s pays in %j: %s', (date, months, _, expected) => {
    const found = months.flatMap((month) => {
      const verdict = judgePlan(aSale({ date }), { type: 'bonus', bonusMonths: [month] });
      return 'plan' in verdict ? verdict.plan.schedule.map((payment) => payment.date) : [];
    });
    expect(found).toEqual(expected);
  });

  it('has a legal month on every day, and never one of the other window', () => {
    for (const date of DAYS.filter((each) => each >= '2026-04-01')) {
      const months = legalPlans(aSale({ date })).filter(({ type }) => type === 'bonus');
      const isWinter = date.slice(5) >= '07-01' && date.slice(5) <= '11-30';
      expect(months.length).toBeGreaterThan(0);
      for (const { bonuses = [] } of months) expect(isWinter ? [12, 1] : [6, 7, 8]).toContain(bonuses[0]?.month);
    }
  });

  it('refuses a wrong number with G70 and a wrong month with G71', () => {
    const bonus = (...bonusMonths: number[]) => faultOf(aSale({ date: '2026-10-01' }), { type: 'bonus', bonusMonths });
    expect([bonus(), bonus(12, 6), bonus(6), bonus(2), bonus(0), bonus(13)]).toEqual(['G70', 'G70', 'G71', 'G71', 'G71', 'G71']); // prettier-ignore
    const both = (count: number, ...bonusMonths: number[]) =>
      faultOf(aSale(), { type: 'bonus_combined', count, bonusMonths });
    expect([both(12, 6, 7), both(12, 3), both(6, 8), both(36, 6, 12), both(12)]).toEqual(['G71', 'G71', 'G71', 'legal', 'G71']); // prettier-ignore
  });

  it('splits a combined plan between months and bonuses, and refuses more than half with G72', () => {
    const plan = planOf(aSale({ date: '2026-11-01' }), { type: 'bonus_combined', count: 12, bonusMonths: [7, 12], bonusAmountMinor: 15_000 }); // prettier-ignore
    expect(plan.bonuses).toEqual([{ month: 12, amountMinor: 15_000 }, { month: 7, amountMinor: 15_000 }]); // prettier-ignore
    expect([sum(plan), plan.id, plan.schedule.length]).toEqual([60_000, '31-12-12.07', 14]);
    const withBonus = (bonusAmountMinor: number) =>
      faultOf(aSale(), { type: 'bonus_combined', count: 12, bonusMonths: [7, 12], bonusAmountMinor });
    expect([withBonus(15_000), withBonus(15_001), withBonus(0), withBonus(100_000_000)]).toEqual(['legal', 'G72', 'G72', 'G72']); // prettier-ignore
  });

  it('sums to the yen for every split between months and bonuses', () => {
    for (const count of [6, 10, 12, 18, 24, 36])
      for (let bonusAmountMinor = 1; bonusAmountMinor < 5_000; bonusAmountMinor += 97)
        for (const amountMinor of [60_000, 60_001, 99_999, 1_234_567])
          expect(sum(planOf(aSale({ amountMinor }), { type: 'bonus_combined', count, bonusAmountMinor }))).toBe(
            amountMinor,
          );
  });

  it('takes two bonuses where the contract has them, one of each season', () => {
    const sale = aSale({ card: { bin6: '555555', brand: 'mastercard' }, contract: 'large', amountMinor: 30_001 });
    const plan = planOf(sale, { type: 'bonus' });
    expect(plan.schedule.map(({ date, amountMinor }) => [date, amountMinor])).toEqual([['2026-12-27', 15_001], ['2027-06-27', 15_000]]); // prettier-ignore
    expect(plan.code).toBe('23');
    expect(faultOf(sale, { type: 'bonus', bonusMonths: [12, 1] })).toBe('G71');
  });
});

describe('who may have a plan', () => {
  const split = { type: 'installments', count: 3 };

  it.each([
    ['a foreign card', { card: { ...JCB, country: 'US' } }],
    ['a card of an issuer that the table does not know', { card: { bin6: '424242', brand: 'visa' } }],
    ['a UnionPay card', { card: { bin6: '620000', brand: 'unionpay' }, method: 'unionpay' }],
    ['a domestic card used as UnionPay', { method: 'unionpay' }],
    ['a debit card', { card: { ...JCB, funding: 'debit' } }],
    ['a prepaid card', { card: { ...JCB, funding: 'prepaid' } }],
    ['a sale in another currency', { currency: 'USD' }],
    ['a merchant whose contract has none', { contract: 'one_time' }],
    ['a sale before the first table', { date: '2019-12-31' }],
    ['a BIN that says another brand than the card', { card: { bin6: '353011', brand: 'visa' } }],
  ] as const)('%s pays at once: every other plan is G78', (_, change) => {
    const facts = aSale(change);
    for (const type of ['installments', 'revolving', 'bonus', 'bonus_combined', 'toString'])
      expect(faultOf(facts, { type, count: 3 })).toBe('G78');
    expect(legalPlans(facts).map(({ type }) => type)).toEqual(['one_time']);
  });

  it('a Japanese card pays in three', () => {
    expect(faultOf(aSale({ card: { ...JCB, country: 'JP', funding: 'credit' } }), split)).toBe('legal');
  });

  it('follows the table of the day of sale and the contract of the merchant', () => {
    const long = { type: 'installments', count: 30 };
    const on = (date: string, contract: string) => faultOf(aSale({ date, contract }), long);
    expect([on('2026-09-30', 'large'), on('2026-10-01', 'large'), on('2026-10-01', 'standard')]).toEqual(['G74', 'legal', 'G74']); // prettier-ignore
  });

  it('shows a fee from the third payment on, and none before', () => {
    const fees = legalPlans(aSale()).filter(({ type }) => type === 'installments').map(({ count, holderFee }) => [count, holderFee]); // prettier-ignore
    expect(fees.slice(0, 3)).toEqual([[2, 'none'], [3, 'issuer_terms'], [5, 'issuer_terms']]); // prettier-ignore
  });
});

describe('a quote', () => {
  it('holds nothing that the judge would refuse, and names every plan once', () => {
    for (const date of DAYS.filter((_, index) => index % 21 === 0))
      for (const amountMinor of [1, 2, 2_999, 3_000, 60_000, 3_000_000, 3_000_001]) {
        const plans = legalPlans(aSale({ date, amountMinor, contract: 'large' }));
        expect(plans[0]?.type).toBe('one_time');
        expect(new Set(plans.map(planName)).size).toBe(plans.length);
        expect(new Set(plans.map(({ id }) => id)).size).toBe(plans.length);
        for (const plan of plans) {
          const bonusMonths = plan.bonuses && [...new Set(plan.bonuses.map(({ month }) => month))];
          expect(judgePlan(aSale({ date, amountMinor, contract: 'large' }), { type: plan.type, count: plan.count, bonusMonths })).toEqual({ plan }); // prettier-ignore
        }
      }
  });
});

it('splits every small amount exactly', () => {
  const wrong: string[] = [];
  for (let amount = 1; amount < 400; amount += 1)
    for (let count = 1; count <= 36; count += 1)
      for (const unit of [1, 100]) {
        const parts = splitAmount(amount, count, unit);
        const isExact = parts.reduce((total, part) => total + part, 0) === amount;
        const areWhole = parts.slice(1).every((part) => part % unit === 0 && part <= (parts[0] ?? 0));
        if (!isExact || !areWhole || parts.length !== count) wrong.push(`${amount} / ${count} / ${unit}`);
      }
  expect(wrong).toEqual([]);
});
