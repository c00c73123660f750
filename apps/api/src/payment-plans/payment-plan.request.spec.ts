import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { anOrder, apiUnderTest, TERMINAL } from '../testing/api-under-test.js';
import { FakeRefusal, type FakePayments } from '../testing/fake-payments.js';
import { toWireId } from '@tsunagu/kernel';

let app: NestFastifyApplication;
let payments: FakePayments;
let keys = 0;

beforeAll(async () => {
  ({ app, payments } = await apiUnderTest());
});
afterAll(() => app.close());

function post(url: string, payload: object, language = 'en') {
  const headers = {
    authorization: 'Bearer all',
    'idempotency-key': `plan-${(keys += 1)}`,
    'accept-language': language,
  };
  return app.inject({ method: 'POST', url, headers, payload });
}
const pay = (plan: object) =>
  post('/v1/payments', anOrder({ payment_plan: plan, client_reference: `plan-order-${keys}` }));

describe('a payment plan in a request', () => {
  it.each([
    [{ type: 'one_time' }, { type: 'one_time' }],
    [{ type: 'revolving' }, { type: 'revolving' }],
    [
      { type: 'installments', count: 3, first_month: 2 },
      { type: 'installments', count: 3, firstMonth: 2 },
    ],
    [
      { type: 'bonus', bonus_months: [8] },
      { type: 'bonus', bonusMonths: [8] },
    ],
    [
      { type: 'bonus_combined', count: 12, bonus_months: [7, 12], bonus_amount: 5000 },
      { type: 'bonus_combined', count: 12, bonusMonths: [7, 12], bonusAmountMinor: 5000 },
    ],
  ])('%j is taken as it is', async (plan, expected) => {
    payments.orders.length = 0;
    expect((await pay(plan)).statusCode).toBeLessThan(300);
    expect(payments.orders[0]?.plan).toEqual(expected);
  });

  it.each([
    [{ type: 'installments' }, '/payment_plan/count', 'required'],
    [{ type: 'bonus_combined' }, '/payment_plan/count', 'required'],
    [{ type: 'installments', count: 1 }, '/payment_plan/count', 'out_of_range'],
    [{ type: 'installments', count: '3' }, '/payment_plan/count', 'out_of_range'],
    [{ type: 'one_time', count: 2 }, '/payment_plan/count', 'combination'],
    [{ type: 'revolving', bonus_months: [7] }, '/payment_plan/bonus_months', 'combination'],
    [{ type: 'bonus', bonus_months: [] }, '/payment_plan/bonus_months', 'out_of_range'],
    [{ type: 'bonus', bonus_months: [13] }, '/payment_plan/bonus_months', 'out_of_range'],
    [{ type: 'bonus', bonus_months: [7, 7] }, '/payment_plan/bonus_months', 'repeated'],
    [{ type: 'bonus', bonus_months: 7 }, '/payment_plan/bonus_months', 'not_array'],
    [{ type: 'bonus', bonus_months: [1, 2, 3, 4, 5, 6, 7] }, '/payment_plan/bonus_months', 'too_many'],
    [{ type: 'bonus', bonus_amount: 5 }, '/payment_plan/bonus_amount', 'combination'],
    [{ type: 'bonus_combined', count: 6, bonus_amount: 0 }, '/payment_plan/bonus_amount', 'out_of_range'],
    [{ type: 'bonus_combined', count: 6, bonus_amount: 100_000_000 }, '/payment_plan/bonus_amount', 'out_of_range'],
    [{ type: 'bonus', first_month: 3 }, '/payment_plan/first_month', 'combination'],
    [{ type: 'installments', count: 3, first_month: 0 }, '/payment_plan/first_month', 'out_of_range'],
    [{ type: 'toString' }, '/payment_plan/type', 'not_in_list'],
  ])('%j is refused at %s: %s', async (plan, pointer, code) => {
    const reply = await pay(plan);
    expect([reply.statusCode, reply.json<{ errors: object[] }>().errors[0]]).toMatchObject([400, { pointer, code }]);
  });

  it('that is not legal is refused with its domestic code and the legal ones, in both languages', async () => {
    for (const [language, detail] of [
      ['ja', 'legal_plans を確認'],
      ['en', 'See domestic_code'],
    ] as const) {
      payments.refusal = new FakeRefusal('plan_not_allowed', 'unprocessable', { domestic_code: 'G74', legal_plans: 'one_time installments:3' }); // prettier-ignore
      const reply = await post('/v1/payments', anOrder(), language);
      expect(reply.statusCode).toBe(422);
      expect(reply.json()).toMatchObject({
        code: 'plan_not_allowed', domestic_code: 'G74', legal_plans: ['one_time', 'installments:3'], next_action: 'ask_cardholder', retryable: false, detail: expect.stringContaining(detail) as string,
      }); // prettier-ignore
    }
  });
});

describe('a quote', () => {
  const sale = { terminal_id: toWireId('trm', TERMINAL), money: { amount: 60_000, currency: 'JPY' } };

  it.each([
    [{ ...sale, card: {} }, '/card/bin', 'required'],
    [{ ...sale }, '/card', 'required'],
    [{ ...sale, card: { bin: '353011', token: 'tok_01JDA0Q5P8F6TBN3X2V7K9M4RE' } }, '/card/bin', 'combination'],
    [{ ...sale, card: { bin: '3530' } }, '/card/bin', 'invalid_format'],
    [{ ...sale, card: { bin: '353011' }, date: '2026-02-30' }, '/date', 'not_a_date'],
    [{ ...sale, card: { bin: '353011' }, date: '2026-13-01' }, '/date', 'not_a_date'],
  ])('for %j is refused at %s: %s', async (payload, pointer, code) => {
    const reply = await post('/v1/payment-plans/quote', payload);
    expect([reply.statusCode, reply.json<{ errors: object[] }>().errors[0]]).toMatchObject([400, { pointer, code }]);
  });

  it('for a terminal or a token of somebody else finds nothing', async () => {
    const theirs = { ...sale, terminal_id: 'trm_01JDA0Q5P8F6TBN3X2V7K9M4RF', card: { bin: '353011' } };
    const token = { ...sale, card: { token: 'tok_01JDA0Q5P8F6TBN3X2V7K9M4RE' } };
    for (const payload of [theirs, token])
      expect((await post('/v1/payment-plans/quote', payload)).json()).toMatchObject({ code: 'resource_missing' });
  });
});
