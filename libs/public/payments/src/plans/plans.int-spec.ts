import { describe, expect, it } from 'vitest';
import { PaymentError } from '../payment-error.js';
import { PlanQuotesService } from './plan-quotes.service.js';
import { PaymentOrigin } from '../payment-ports.js';
import { PaymentSpec } from '../testing/payment-spec.js';
import { TERMINAL_ID, anIntent, anOrder } from '../testing/payment-house.js';
import { presentPayment } from '../wire/index.js';

const spec = new PaymentSpec();
const house = () => spec.houses[0]!;
/** The house's clock stands at 2026-11-22; its card is a JCB card of the plan table. */
const THREE = { type: 'installments', count: 3 };

async function refusal(promise: Promise<unknown>): Promise<PaymentError> {
  const error: unknown = await promise.then(
    () => undefined,
    (thrown: unknown) => thrown,
  );
  if (error instanceof PaymentError) return error;
  throw new Error('it was not refused');
}

async function sell(amountMinor: number, plan?: NonNullable<Parameters<typeof anOrder>[0]>['plan']) {
  const { resource } = await house().intake.accept(spec.ctx, anOrder({ amountMinor, plan }));
  await house().workLanes();
  return resource.id;
}

describe('a chosen plan', () => {
  it('is stored with the version of its table, shown by the API, told to the issuer, and kept by refunds', async () => {
    const id = await sell(10_000, THREE);
    const view = await house().queries.find(spec.ctx, id);
    if (view === undefined) throw new Error('the payment is gone');
    expect(presentPayment(view, { language: 'ja', isLive: false }).payment_plan).toMatchObject({
      type: 'installments', count: 3, id: '61-03', code: '61', name: 'installments:3', rule: 'jcb-split', table_version: '2026-10-01',
      cardholder_fee: 'issuer_terms', partial_refund: 'requires_review',
      schedule: [
        { month: '2027-01', date: '2027-01-10', money: { amount: 3_334 }, bonus: false },
        { date: '2027-02-10', money: { amount: 3_333 } },
        { date: '2027-03-10', money: { amount: 3_333 } },
      ],
    }); // prettier-ignore
    await house().actions.refund(spec.ctx, id, { idempotency: anIntent(), kind: 'henpin' });
    await house().workLanes();
    const told = house().wire.submitted.map(({ operation, plan }) => [operation, plan]);
    const plan = { type: 'installments', count: 3, code: '61' };
    expect(told).toEqual([['sale', plan], ['refund', plan]]); // prettier-ignore
  });

  it('is one time when nothing is asked for, with its table too', async () => {
    const view = await house().queries.find(spec.ctx, await sell(1));
    expect(view?.plan).toMatchObject({ type: 'one_time', code: '10', tableVersion: '2026-10-01' });
  });

  it('that is not legal is refused before anything is stored or sent, with the legal ones named', async () => {
    const before = house().wire.submitted.length;
    for (const [amountMinor, plan, code] of [
      [2_999, THREE, 'G75'],
      [3_000_001, THREE, 'G75'],
      [10_000, { type: 'installments', count: 4 }, 'G74'],
      [9_999, { type: 'bonus' }, 'G72'],
      [10_000, { type: 'bonus', bonusMonths: [7] }, 'G71'],
      [1_000_001, { type: 'revolving' }, 'G78'],
    ] as const) {
      const order = anOrder({ amountMinor, plan });
      const error = await refusal(house().intake.accept(spec.ctx, order));
      expect([error.code, error.facts['domestic_code']]).toEqual(['plan_not_allowed', code]);
      expect(String(error.facts['legal_plans']).split(' ')).toEqual(expect.arrayContaining(['one_time', 'installments:2'])); // prettier-ignore
      expect(await house().queries.attempt(spec.ctx, order.clientReference)).toMatchObject({ status: 'never_seen' });
      // The customer chooses again: the same purchase, its own key, and the card is not read anew.
      const again = { ...order, plan: undefined, idempotency: anIntent(order.idempotency.key, 'another plan') };
      expect((await house().intake.accept(spec.ctx, again)).resource.plan?.type).toBe('one_time');
    }
    expect(house().wire.submitted.length).toBe(before);
  });

  it('of the lowest and highest amount of its row is legal', async () => {
    for (const amountMinor of [3_000, 3_000_000]) expect(await sell(amountMinor, THREE)).toBeDefined();
  });

  it.each([
    ['a foreign card', () => (house().vault.card = { ...house().vault.card, country: 'US' })],
    ['a UnionPay card', () => (house().vault.card = { ...house().vault.card, bin6: '620000', brand: 'unionpay' })],
    ['a debit card', () => (house().vault.card = { ...house().vault.card, funding: 'debit' })],
    ['a merchant without a contract', () => (house().directory.entry.planContract = undefined)],
  ])('%s pays at once only', async (_, change) => {
    change();
    const error = await refusal(house().intake.accept(spec.ctx, anOrder({ amountMinor: 10_000, plan: THREE })));
    expect(error.facts).toEqual({ domestic_code: 'G78', legal_plans: 'one_time' });
    expect(await sell(10_000)).toBeDefined();
  });

  it('goes back in part only where its table allows it; the whole always', async () => {
    const asked = (id: string, amountMinor?: number) =>
      house().actions.refund(spec.ctx, id, { idempotency: anIntent(), amountMinor, kind: 'henpin' });
    const [split, twice] = [await sell(10_000, THREE), await sell(10_000, { type: 'installments', count: 2 })];
    expect((await refusal(asked(split, 9_999))).code).toBe('plan_needs_whole_refund');
    expect((await asked(split, 10_000)).resource.refund.amountMinor).toBe(10_000);
    expect((await asked(twice, 1)).resource.refund.amountMinor).toBe(1);
  });
});

describe('a quote', () => {
  it('holds for the open business date of the store, and every plan in it is then accepted', async () => {
    const quotes = new PlanQuotesService(house().directory, new PaymentOrigin(house().clock, 'api-spec'));
    const { card } = house().vault;
    const { date, plans } = await quotes.quote(spec.ctx, { terminalId: TERMINAL_ID, card, amountMinor: 60_000, currency: 'JPY' }); // prettier-ignore
    expect([date, plans.length]).toEqual(['2026-11-22', 18]);
    for (const { type, count, bonuses, ...plan } of plans) {
      const bonusMonths = bonuses && [...new Set(bonuses.map(({ month }) => month))];
      const order = anOrder({ amountMinor: 60_000, plan: { type, count, bonusMonths } });
      expect((await house().intake.accept(spec.ctx, order)).resource.plan?.id).toBe(plan.id);
    }
    const nowhere = quotes.quote(spec.ctx, { terminalId: 'nowhere', card, amountMinor: 1, currency: 'JPY' });
    expect((await refusal(nowhere)).code).toBe('resource_missing');
  });
});
