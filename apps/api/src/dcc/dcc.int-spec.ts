import { randomUUID } from 'node:crypto';
import { mkdtempSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { VAULT_ROUTES } from '@tsunagu/contracts';
import { NEUTRAL_LAYOUT } from '@tsunagu/dcc';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../../../test/kit/database.js';
import { ApiHouse, type Json } from '../testing/api-house.js';

const folder = mkdtempSync(join(tmpdir(), 'dcc-'));
const rates = join(folder, 'rates.json');
const card = (currency: string, country: string) => ({
  tokenId: randomUUID(),
  card: { brand: 'visa', bin6: '424242', last4: '4242', expMonth: 12, expYear: 2030, funding: 'credit', country, issuerName: null, currency },
  envelope: { sad: 'sad.c2Fk', account: 'account.YWNjb3VudA==' },
}); // prettier-ignore

let house: ApiHouse;
let opened = card('USD', 'US');

/** Put whole, as whoever delivers rates does. */
function publish(table: Record<string, string>, change: Json = {}): void {
  const file = {
    source: 'A BANK', rate_time: '2026-11-23T01:00:00Z', valid_until: '2999-01-01T00:00:00Z', offer_seconds: 300, markup_bps: 375,
    disclaimer: 'As it is.', base: 'JPY', rates: table, ...change,
  }; // prettier-ignore
  writeFileSync(`${rates}.new`, JSON.stringify(file));
  renameSync(`${rates}.new`, rates);
}

beforeAll(async () => {
  publish({ USD: '0.0067123', KWD: '0.0020635', KRW: '9.1234' });
  process.env['DCC_RATES_FILE'] = rates;
  house = await ApiHouse.start(testDatabase(), 1, (path) => (path === VAULT_ROUTES.open ? opened : undefined));
  delete process.env['DCC_RATES_FILE'];
}, 90_000);
afterAll(async () => {
  await house.stop();
  rmSync(folder, { recursive: true });
}, 60_000);

const ask = (change: Json = {}) => house.pay({ method: 'dcc', money: { amount: 15_000, currency: 'JPY' }, ...change });
const offer = async (payment: unknown) =>
  (await house.ask(`/v1/payments/${String(payment)}/dcc-offers`, { body: {} })).body as Json & {
    layout: Json;
    payment: Json;
  };
const choose = (payment: unknown, offerId: unknown, choice: string, more: Json = {}) =>
  house.ask(`/v1/payments/${String(payment)}/dcc-choice`, {
    body: { offer_id: offerId, choice, ...more },
    headers: { 'idempotency-key': randomUUID() },
  });

describe('the choice of currency over HTTP', () => {
  it.each([
    ['USD', 'US', 10_068, 'USD 100.68', 'JPY 1 = USD 0.0067123'],
    ['KWD', 'KW', 30_953, 'KWD 30.953', 'JPY 1 = KWD 0.0020635'],
    ['KRW', 'KR', 136_851, 'KRW 136,851', 'JPY 1 = KRW 9.1234'],
  ])(
    'offers %s with figures of its own decimals, and sends the sale on its lane',
    async (currency, country, amount, display, rate) => {
      opened = card(currency, country);
      const payment = await ask();
      expect(payment).toMatchObject({
        status: 'requires_action',
        required_action: { type: 'choose_currency' },
        customer_charged: 'no',
      });
      const question = await offer(payment['id']);
      expect(question).toMatchObject({
      local: { amount: 15_000, currency: 'JPY', amount_display: 'JPY 15,000' },
      foreign: { amount, currency, amount_display: display }, rate_display: rate, markup_bps: 375, rate_source: 'A BANK',
    }); // prettier-ignore
      expect(question['layout']).toEqual({ ...NEUTRAL_LAYOUT, options: ['local', 'foreign'] });
      const chosen = await choose(payment['id'], question['id'], 'foreign', {
      shown_at: '2026-11-23T10:00:00.123456+09:00', screen_template_version: 'till-dcc-3', locale: 'zh-Hant', rendered_text_hash: 'ab'.repeat(32),
    }); // prettier-ignore
      expect(chosen).toMatchObject({
        status: 202,
        body: { status: 'processing', method: 'dcc', dcc: { status: 'accepted', amount } },
      });
      const { body: evidence } = await house.ask(`/v1/payments/${String(payment['id'])}/dcc-evidence`);
      expect(evidence).toMatchObject({
      intact: true, record_hash: expect.stringMatching(/^[0-9a-f]{64}$/) as string, offers: [{ id: question['id'], disclosure: question['disclosure'] }],
      choice: { choice: 'foreign', actor: 'cardholder', locale: 'zh-Hant', screen_template_version: 'till-dcc-3', shown_at: '2026-11-23T01:00:00.123Z' },
    }); // prettier-ignore
    },
  );

  it('gives its evidence as a document', async () => {
    opened = card('USD', 'US');
    const payment = await ask();
    const { id } = await offer(payment['id']);
    await choose(payment['id'], id, 'local');
    const key = house.tenant(0).apiKey;
    const reply = await fetch(house.url(`/v1/payments/${String(payment['id'])}/dcc-evidence.pdf`), {
      headers: { authorization: `Bearer ${key}` },
    });
    expect([reply.status, reply.headers.get('content-type')]).toEqual([200, 'application/pdf']);
    expect(
      Buffer.from(await reply.arrayBuffer())
        .subarray(0, 5)
        .toString(),
    ).toBe('%PDF-');
  });

  it('shows nothing when there is no rate, and the sale goes on in yen', async () => {
    opened = card('EUR', 'FR');
    const payment = await ask();
    expect(await offer(payment['id'])).toMatchObject({
      id: null,
      layout: null,
      payment: { status: 'processing', method: 'credit', dcc: { status: 'not_eligible' } },
    });
    opened = card('USD', 'US');
    const second = await ask();
    publish({ USD: '0.0067123' }, { valid_until: '2020-01-01T00:00:00Z' });
    expect(await offer(second['id'])).toMatchObject({
      id: null,
      payment: { status: 'processing', dcc: { status: 'unavailable' } },
    });
    publish({ USD: '0.0067123' });
  });

  it('asks nothing of a Japanese card, or of a till that did not ask', async () => {
    opened = card('JPY', 'JP');
    expect(await ask()).toMatchObject({
      status: 'processing',
      method: 'credit',
      required_action: null,
      dcc: { status: 'not_eligible' },
    });
    opened = card('USD', 'US');
    expect(await ask({ method: undefined })).toMatchObject({ status: 'processing', method: 'credit', dcc: null });
  });

  it('refuses an offer of another payment, the other choice, and an offer whose time is over', async () => {
    publish({ USD: '0.0067123' }, { offer_seconds: 0 });
    const [one, two] = [await ask(), await ask()];
    const [first, second] = [await offer(one['id']), await offer(two['id'])];
    expect(await choose(one['id'], second['id'], 'local')).toMatchObject({
      status: 422,
      body: { code: 'dcc_choice_invalid' },
    });
    expect(await choose(one['id'], first['id'], 'foreign')).toMatchObject({
      status: 410,
      body: { code: 'offer_expired', current_status: 'requires_action' },
    });
    expect(await choose(one['id'], first['id'], 'local')).toMatchObject({
      body: { status: 'processing', method: 'credit', dcc: { status: 'refused' } },
    });
    expect(await choose(one['id'], first['id'], 'foreign')).toMatchObject({
      status: 422,
      body: { code: 'dcc_choice_invalid' },
    });
    publish({ USD: '0.0067123' });
    const renewed = await offer(two['id']);
    expect(renewed['id']).not.toBe(second['id']);
    expect(await choose(two['id'], renewed['id'], 'foreign')).toMatchObject({ body: { method: 'dcc' } });
  });

  it('answers a choice that is no choice field by field', async () => {
    const payment = await ask();
    const { body } = await choose(payment['id'], 'dcc_nonsense', 'yes', {
      shown_at: 'now',
      locale: '日本語',
      surplus: 1,
    });
    const pointers = new Set((body['errors'] as Json[]).map(({ pointer }) => pointer));
    expect([...pointers]).toEqual(expect.arrayContaining(['/choice', '/locale', '/offer_id', '/shown_at', '/surplus']));
    expect(pointers.size).toBe(5);
  });
});
