import type { Till } from '../till/till.js';
import type { Payment, PaymentPlan } from '@tsunagu/sdk';
import { NotToday, buy, cardOf, type Scenario } from './scenario.js';

const charged = (capturedMinor: number) => ({ status: 'captured', charged: 'yes', captured: capturedMinor }) as const;

async function authorized(till: Till, amountMinor: number, brand = 'mastercard'): Promise<string> {
  return (await buy(till, amountMinor, { kind: 'auth', card: cardOf(brand) })).id;
}

/** By the first plan of its kind that is legal today for this card and amount. */
async function buyOnPlan(till: Till, type: PaymentPlan['type'], amountMinor: number): Promise<Payment> {
  const card = cardOf('jcb');
  const plan = (await till.plans({ card, entry: 'chip', amountMinor })).find((one) => one.type === type);
  if (plan === undefined) throw new NotToday(`no plan of this kind is sold today`);
  const { count, bonus_months: months } = plan;
  const choice = { type, ...(count !== null && { count }), ...(months.length > 0 && { bonus_months: months }) };
  return buy(till, amountMinor, { card, plan: choice });
}

/** 売上 by every plan, and all that can become of an authorization or a sale. */
export const CREDIT_SCENARIOS: readonly Scenario[] = [
  { name: 'credit, one time (一括), chip', run: (till) => buy(till, 1_500), expected: charged(1_500) },
  {
    name: 'credit, two payments (2回)',
    run: (till) => buy(till, 30_000, { plan: { type: 'installments', count: 2 } }),
    expected: charged(30_000),
  },
  {
    name: 'credit, instalments (分割)',
    run: (till) => buy(till, 36_000, { plan: { type: 'installments', count: 3 } }),
    expected: charged(36_000),
  },
  {
    name: 'credit, bonus one time (ボーナス一括)',
    run: (till) => buyOnPlan(till, 'bonus', 40_000),
    expected: charged(40_000),
  },
  {
    name: 'credit, bonus combined (ボーナス併用)',
    run: (till) => buyOnPlan(till, 'bonus_combined', 60_000),
    expected: charged(60_000),
  },
  {
    name: 'credit, revolving (リボ)',
    run: (till) => buy(till, 31_000, { plan: { type: 'revolving' } }),
    expected: charged(31_000),
  },
  {
    name: 'authorization, capture',
    run: async (till) => till.move(await authorized(till, 5_000), 'captures'),
    expected: charged(5_000),
  },
  {
    name: 'authorization, capture in parts, the last one final',
    run: async (till) => {
      const id = await authorized(till, 9_000);
      await till.move(id, 'captures', 2_000, { final: false });
      await till.move(id, 'captures', 3_000, { final: false });
      return till.move(id, 'captures', 1_000, { final: true });
    },
    expected: { ...charged(6_000), authorized: 9_000 },
  },
  {
    name: 'authorization, increase, capture',
    run: async (till) => {
      const id = await authorized(till, 6_000, 'visa');
      await till.move(id, 'increases', 2_500);
      return till.move(id, 'captures');
    },
    expected: { ...charged(8_500), authorized: 8_500 },
  },
  {
    name: 'authorization, capture of a part, release of the rest',
    run: async (till) => {
      const id = await authorized(till, 8_000);
      await till.move(id, 'captures', 4_000, { final: false });
      return till.move(id, 'release');
    },
    expected: charged(4_000),
  },
  {
    name: 'authorization, cancel (オーソリ取消)',
    run: async (till) => till.move(await authorized(till, 7_000), 'cancel'),
    expected: { status: 'voided', charged: 'no' },
  },
  {
    name: 'sale taken back on the day (取消)',
    run: async (till) => till.move((await buy(till, 2_300)).id, 'refunds'),
    expected: { status: 'voided', charged: 'no', refunded: 2_300 },
    note: ({ refunds }) => refunds.at(-1)?.kind ?? '',
  },
  {
    name: 'return in parts (返品)',
    run: async (till) => {
      const { id } = await buy(till, 3_000, { entry: 'contactless' });
      await till.move(id, 'refunds', 1_000);
      await till.move(id, 'refunds', 500);
      return till.move(id, 'refunds');
    },
    expected: { status: 'refunded', charged: 'no', captured: 3_000, refunded: 3_000 },
    note: ({ refunds }) => refunds.map(({ kind }) => kind).join(', '),
  },
];
