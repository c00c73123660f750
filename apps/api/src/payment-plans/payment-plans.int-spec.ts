import { VAULT_ROUTES } from '@tsunagu/contracts';
import { newId, toWireId } from '@tsunagu/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../../../test/kit/database.js';
import { ApiHouse, type Json } from '../testing/api-house.js';

const AT = '2026-11-23T01:02:03.000Z';
const TOKEN = {
  id: newId(new Date(AT)), state: 'active', uses: 'multi', par: null, networkTokens: [], createdAt: AT, updatedAt: AT, revokedAt: null,
  card: { brand: 'jcb', bin6: '353011', last4: '0000', expMonth: 8, expYear: 2029, funding: 'credit', country: 'US', issuerName: null },
}; // prettier-ignore

let house: ApiHouse;

beforeAll(async () => {
  house = await ApiHouse.start(testDatabase(), 1, (path) => (path === VAULT_ROUTES.tokenRead ? TOKEN : undefined));
}, 90_000);
afterAll(() => house.stop(), 60_000);

type Plan = { type: string; count: number | null; bonus_months: number[]; name: string; schedule: { money: { amount: number } }[] }; // prettier-ignore

async function quote(change: Json = {}, tenant = 0): Promise<{ status: number; plans: Plan[]; body: Json }> {
  const sale = { terminal_id: house.terminalId(tenant), money: { amount: 60_000, currency: 'JPY' }, card: { bin: '353011' }, date: '2026-11-23' }; // prettier-ignore
  const { status, body } = await house.ask('/v1/payment-plans/quote', {
    body: { ...sale, ...change },
    key: house.tenant(tenant).apiKey,
  });
  return { status, plans: (body['plans'] ?? []) as Plan[], body };
}
const names = async (change: Json = {}, tenant = 0) => (await quote(change, tenant)).plans.map(({ name }) => name);

describe('a quote over HTTP', () => {
  it('lists what the contract of each merchant has, with the version of the table', async () => {
    const [large, standard, none] = await Promise.all([0, 1, 2].map((tenant) => names({}, tenant)));
    expect(large).toContain('installments:30');
    expect(standard).not.toContain('installments:30');
    expect(standard).toContain('installments:20');
    expect(none).toEqual(['one_time']);
    expect((await quote()).body).toMatchObject({ date: '2026-11-23', table_version: '2026-10-01' });
    expect((await quote({ date: '2026-09-30' })).body).toMatchObject({ table_version: '2020-01-01' });
  });

  it('takes a token for the card, and gives a foreign card one time only', async () => {
    expect(await names({ card: { token: toWireId('tok', TOKEN.id) } })).toEqual(['one_time']);
    expect(await names({ card: { bin: '620000' } })).toEqual(['one_time']);
    expect(await names({ method: 'unionpay' })).toEqual(['one_time']);
    expect(await names({ money: { amount: 60_000, currency: 'USD' } })).toEqual(['one_time']);
  });

  it('for a terminal of another merchant finds nothing', async () => {
    expect((await quote({ terminal_id: house.terminalId(1) })).body).toMatchObject({ code: 'resource_missing' });
  });

  it('sums exactly, and each plan of it is taken by a payment and shown the same again', async () => {
    const { plans } = await quote({ date: undefined });
    for (const plan of plans) {
      const total = plan.schedule.reduce((sum, { money }) => sum + money.amount, 0);
      expect([plan.name, total]).toEqual([plan.name, plan.type === 'revolving' ? 0 : 60_000]);
      const { type, count, bonus_months: months } = plan;
      const chosen = { type, ...(count === null ? {} : { count }), ...(months.length === 0 ? {} : { bonus_months: months }) }; // prettier-ignore
      const paid = await house.pay({ money: { amount: 60_000, currency: 'JPY' }, payment_plan: chosen });
      expect(paid['payment_plan']).toEqual(plan);
    }
  });

  it('is what a refused payment names, and nothing of the refused one is left', async () => {
    const order = { client_reference: 'refused-plan', money: { amount: 60_000, currency: 'JPY' } };
    const refused = await house.pay({ ...order, payment_plan: { type: 'installments', count: 4 } });
    expect(refused).toMatchObject({ status: 422, code: 'plan_not_allowed', domestic_code: 'G74', legal_plans: await names({ date: undefined }) }); // prettier-ignore
    expect((await house.ask('/v1/attempts/refused-plan')).body).toMatchObject({ status: 'never_seen' });
    expect(await house.pay({ ...order, payment_plan: { type: 'installments', count: 3 } })).toMatchObject({
      payment_plan: { name: 'installments:3', table_version: expect.stringMatching(/^20/) as string },
    });
  });
});
