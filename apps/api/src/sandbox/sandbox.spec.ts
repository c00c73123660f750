import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { toWireId } from '@tsunagu/kernel';
import { AppConfig } from '@tsunagu/platform';
import { apiUnderTest, TERMINAL, type ApiUnderTest } from '../testing/api-under-test.js';
import { GUARDED, nameOf, pathOf } from '../testing/generated-routes.js';
import { PublishedDocument } from '../docs/published-document.js';
import { SimulatorDoor } from './simulator-door.js';

const DESK = GUARDED.filter(({ path }) => path.startsWith('/v1/test/'));
const PRESENT = `/v1/test/terminals/${toWireId('trm', TERMINAL)}/present_card`;

let house: ApiUnderTest;
let production: ApiUnderTest;
beforeAll(async () => {
  house = await apiUnderTest();
  production = await apiUnderTest({ TSUNAGU_MODE: 'production' });
});
afterAll(() => Promise.all([house.app.close(), production.app.close()]));

type Wanted = { key?: string; method?: 'GET' | 'POST' | 'DELETE'; body?: object };

async function ask({ app }: ApiUnderTest, url: string, { key = 'all', method = 'POST', body = {} }: Wanted = {}) {
  const headers = { authorization: `Bearer ${key}` };
  const reply = await app.inject({ method, url, headers, ...(method === 'POST' ? { payload: body } : {}) });
  return { status: reply.statusCode, body: reply.json<Record<string, unknown>>() };
}

describe('the test desk', () => {
  it.each(DESK.map((route) => [nameOf(route), route] as const))(
    '%s does not exist where money is real, whatever the key, nor for a key of the live mode',
    async (_, route) => {
      expect(route.permission).toBe('sandbox:write');
      const document = house.app.get(PublishedDocument).get();
      const url = pathOf(document, route, TERMINAL);
      const wanted = { method: route.method as 'POST' };
      for (const key of ['all', 'none', 'nobody', 'live'])
        expect(await ask(production, url, { ...wanted, key })).toMatchObject({
          status: 404,
          body: { code: 'resource_missing' },
        });
      expect(await ask(house, url, { ...wanted, key: 'live' })).toMatchObject({ status: 404 });
    },
  );

  it('has every route that the conventions name', () => {
    expect(DESK.map(nameOf)).toEqual(
      expect.arrayContaining([
        'POST /v1/test/terminals/:id/present_card',
        'GET /v1/test/cards',
        'POST /v1/test/issuer/faults',
      ]),
    );
  });

  it('hands a card on by its name, and answers a part of a payment that the payment route takes', async () => {
    const money = { amount: 1_500, currency: 'JPY' };
    const { status, body } = await ask(house, PRESENT, {
      body: { card: 'jcb', money, entry_mode: 'chip', pin: '1234' },
    });
    expect([status, Object.keys(body)]).toEqual([200, ['terminal_id', 'money', 'card_present']]);
    const path = `/terminals/present?id=${toWireId('trm', TERMINAL)}`;
    const asked = { card: 'jcb', entry: 'chip', pin: '1234', amount: 1_500, currency: 'JPY' };
    expect(house.door.asked.at(-1)).toEqual({ method: 'POST', path, body: asked });
    const order = { client_reference: 'by-curl', kind: 'sale', ...body };
    const paid = await house.app.inject({
      method: 'POST',
      url: '/v1/payments',
      headers: { authorization: 'Bearer all', 'idempotency-key': 'by-curl' },
      payload: order,
    });
    expect(paid.statusCode).toBeLessThan(300);
  });

  it.each([
    [{ card: 'JCB!', money: { amount: 1, currency: 'JPY' } }, 'parameter_invalid', '/card'],
    [{ card: 'jcb', money: { amount: 0, currency: 'JPY' } }, 'amount_invalid', '/money/amount'],
    [{ card: 'jcb', money: { amount: 1, currency: 'JPY' }, entry_mode: 'keyed' }, 'parameter_invalid', '/entry_mode'],
    [{ card: 'jcb', money: { amount: 1, currency: 'JPY' }, pan: '1' }, 'unknown_parameter', '/pan'],
  ])('refuses %j', async (body, code, pointer) => {
    const answer = await ask(house, PRESENT, { body });
    expect(answer).toMatchObject({ status: 400, body: { code, errors: [{ pointer }] } });
  });

  it('arms a counted fault, shows it and takes it away', async () => {
    const fault = { connector: 'jcb', kind: 'delay', count: 2, delay_ms: 500 };
    const armed = { object: 'issuer_fault', ...fault, at: null };
    expect(await ask(house, '/v1/test/issuer/faults', { body: fault })).toEqual({ status: 201, body: armed });
    expect(house.door.asked.at(-1)?.body).toEqual({ link: 'jcb', kind: 'delay', next: 2, delayMs: 500 });
    expect((await ask(house, '/v1/test/issuer/faults', { method: 'GET' })).body['data']).toEqual([armed]);
    expect((await ask(house, '/v1/test/issuer/faults', { method: 'DELETE' })).body['data']).toEqual([]);
    const endless = await ask(house, '/v1/test/issuer/faults', { body: { ...fault, count: 0 } });
    expect(endless).toMatchObject({ status: 400, body: { errors: [{ pointer: '/count' }] } });
  });
});

describe('the door of the simulator', () => {
  let server: Server;
  let url = '';
  let answer: { status: number; body: string } = { status: 200, body: '{}' };
  beforeAll(async () => {
    server = createServer((_request, response) => response.writeHead(answer.status).end(answer.body));
    await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
    url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  });
  afterAll(() => {
    server.closeAllConnections();
    server.close();
  });

  const doorAt = (SIMULATOR_URL: string, mode = 'sandbox') =>
    new SimulatorDoor(AppConfig.fromEnv('api', { SIMULATOR_URL, TSUNAGU_MODE: mode }));

  it.each(['http://simulator.example', 'https://127.0.0.1', 'http://10.0.0.1:80', 'nonsense'])('never leads to %s', (place) => {
    expect(() => doorAt(place)).toThrow('SIMULATOR_URL');
  }); // prettier-ignore

  it.each([
    [{ status: 400, body: '{"message":"no","field":"card"}' }, 'parameter_invalid'],
    [{ status: 400, body: '{"message":"no","field":"amount"}' }, 'amount_invalid'],
    [{ status: 404, body: '{}' }, 'resource_missing'],
    [{ status: 503, body: '{}' }, 'simulator_unavailable'],
    [{ status: 200, body: 'no json' }, 'simulator_unavailable'],
  ])('says %j as %s', async (given, code) => {
    answer = given;
    await expect(doorAt(url).ask('POST', '/terminals/present', {})).rejects.toMatchObject({ code });
  });

  it('does not exist without a simulator, and in production mode asks nobody', async () => {
    answer = { status: 200, body: '{}' };
    for (const door of [doorAt(''), doorAt(url, 'production')])
      await expect(door.ask('GET', '/faults')).rejects.toMatchObject({ code: 'simulator_unavailable' });
    expect(await doorAt(url).ask('GET', '/faults')).toEqual({});
  });
});

describe('the test clock', () => {
  const NAME = { name: 'expiry' };
  const advance = (id: unknown, body: object) => ask(house, `/v1/test/clocks/${String(id)}/advance`, { body });

  it('is opened once, read, and advanced by a duration or to an instant', async () => {
    const first = await ask(house, '/v1/test/clocks', { body: NAME });
    expect(first).toMatchObject({ status: 201, body: { object: 'test_clock', livemode: false, advanced: 'PT0S' } });
    expect(await ask(house, '/v1/test/clocks', { body: NAME })).toEqual({ status: 200, body: first.body });
    const { id } = first.body;
    expect((await advance(id, { by: 'P1DT1H' })).body).toMatchObject({ advanced: 'PT90000S', due: 0 });
    const { now } = (await advance(id, { by: 'PT15M' })).body;
    expect((await advance(id, { to: now })).body).toMatchObject({ now, advanced: 'PT90900S' });
    expect((await ask(house, `/v1/test/clocks/${String(id)}`, { method: 'GET' })).body).toMatchObject({ now });
  });

  it.each([
    [{}, '/by', 'required'],
    [{ by: 'P' }, '/by', 'invalid_format'],
    [{ by: 'PT' }, '/by', 'invalid_format'],
    [{ by: 'PT0S' }, '/by', 'out_of_range'],
    [{ by: 'P401D' }, '/by', 'out_of_range'],
    [{ by: '-PT1S' }, '/by', 'invalid_format'],
    [{ by: 60 }, '/by', 'not_string'],
    [{ to: '2026-02-30T00:00:00Z' }, '/to', 'not_a_date'],
    [{ to: '2126-01-01T00:00:00Z' }, '/to', 'out_of_range'],
    [{ by: 'PT1S', to: '2027-01-01T00:00:00Z' }, '/by', 'combination'],
  ])('refuses %j', async (body, pointer, code) => {
    const { id } = (await ask(house, '/v1/test/clocks', { body: NAME })).body;
    expect(await advance(id, body)).toMatchObject({ status: 400, body: { errors: [{ pointer, code }] } });
  });

  it('is not for a key of one store, nor are events', async () => {
    const trigger = { type: 'payment.captured', payment_id: 'pay_01JDA0Q5P8F6TBN3X2V7K9M4RE' };
    for (const [url, body] of [['/v1/test/clocks', NAME], ['/v1/test/events/trigger', trigger]] as const)
      expect(await ask(house, url, { key: 'store', body })).toMatchObject({ status: 403, body: { code: 'permission_denied' } }); // prettier-ignore
    expect(await ask(house, '/v1/test/events/trigger', { body: trigger })).toMatchObject({ status: 404 });
    const unknown = { ...trigger, type: 'payment.exploded' };
    expect(await ask(house, '/v1/test/events/trigger', { body: unknown })).toMatchObject({ status: 400 });
  });
});
