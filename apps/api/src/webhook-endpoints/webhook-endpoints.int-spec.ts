import { createServer, type IncomingHttpHeaders, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { Module } from '@nestjs/common';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { Webhook } from 'standardwebhooks';
import { newId, toWireId } from '@tsunagu/kernel';
import { SandboxSeed, type SeededTenant } from '@tsunagu/merchants';
import { NotifyDeliveryModule } from '@tsunagu/notify';
import { EventSink, PlatformModule, startApp, Transactions, type RunningApp } from '@tsunagu/platform';
import { testDatabase, type TestDatabase } from '../../../../test/kit/database.js';
import { AppModule } from '../app.module.js';
import { configureApi } from '../configure-api.js';

type Json = Record<string, unknown>;

/** What the worker does with webhooks, and nothing else. */
@Module({ imports: [PlatformModule.forRoot({ app: 'worker', database: 4 }), NotifyDeliveryModule] })
class DeliveryApp {}

let db: TestDatabase;
let api: RunningApp;
let worker: RunningApp;
let receiver: Server;
let hook: string;
let tenants: SeededTenant[];
const heard: { headers: IncomingHttpHeaders; body: string }[] = [];
/** What the receiver says. */
let answer = { status: 204, body: '' };
let tellOfWebhook: () => void = () => undefined;

beforeAll(async () => {
  db = await testDatabase();
  receiver = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      heard.push({ headers: request.headers, body: Buffer.concat(chunks).toString() });
      response.writeHead(answer.status).end(answer.body, () => tellOfWebhook());
    });
  });
  await new Promise<void>((resolve) => receiver.listen(0, '127.0.0.1', resolve));
  hook = `http://127.0.0.1:${(receiver.address() as AddressInfo).port}/hook`;
  const surroundings = {
    DATABASE_URL: db.url('gateway'),
    VAULT_URL: 'http://127.0.0.1:9',
    INTERNAL_SECRET: '11'.repeat(32),
    API_KEY_PEPPER: '22'.repeat(32),
    WEBHOOK_KEY: '33'.repeat(32),
    WEBHOOK_ALLOW_LOOPBACK: 'true',
    LOG_LEVEL: 'silent',
    PORT: '0',
    ADMIN_PORT: '0',
    REDIS_URL: '',
  };
  const before = { ...process.env };
  Object.assign(process.env, surroundings);
  try {
    api = await startApp(AppModule, { name: 'api', configure: configureApi });
    worker = await startApp(DeliveryApp, { name: 'worker' });
  } finally {
    for (const name of Object.keys(surroundings)) delete process.env[name];
    Object.assign(process.env, before);
  }
  tenants = await api.app.get(SandboxSeed, { strict: false }).seed();
}, 90_000);

afterAll(async () => {
  await worker.stop();
  await api.stop();
  receiver.closeAllConnections();
  await new Promise((resolve) => receiver.close(resolve));
  await db.drop();
});

const tenant = (index: number): SeededTenant => {
  const found = tenants[index];
  if (found === undefined) throw new Error('the sandbox has three tenants');
  return found;
};

async function ask(key: string, method: string, path: string, body?: object) {
  const reply = await fetch(`http://127.0.0.1:${api.port}${path}`, {
    method,
    headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return { status: reply.status, body: (await reply.json()) as Json };
}

/** Something happens to a payment of this tenant; resolves when its webhook was answered. */
async function anEvent(tenantId: string, sequence: number): Promise<string> {
  const arrived = new Promise<void>((resolve) => (tellOfWebhook = resolve));
  const paymentId = await record(tenantId, sequence);
  await arrived;
  return paymentId;
}

/** @returns row id of its payment */
async function record(tenantId: string, sequence: number): Promise<string> {
  const occurredAt = new Date();
  const [id, storeId, paymentId] = [newId(occurredAt), newId(occurredAt), newId(occurredAt)];
  const event = { id, storeId, paymentId, tenantId, sequence, occurredAt, type: 'payment.captured' };
  const sink = api.app.get(EventSink, { strict: false });
  await api.app.get(Transactions, { strict: false }).run({ tenantId }, (tx) => {
    sink.record(tx, { ...event, requestId: 'req_spec', object: { status: 'captured' }, previous: null });
    return Promise.resolve();
  });
  return paymentId;
}

const PATH = '/v1/webhook-endpoints';

/** A delivery when its outcome is known to the log. */
async function settled(key: string, path: string): Promise<Json> {
  let body: Json = {};
  const look = async () => {
    ({ body } = await ask(key, 'GET', path));
    return body['last_attempt_at'];
  };
  await expect.poll(look, { timeout: 10_000, interval: 100 }).not.toBeNull();
  return body;
}

describe('a webhook endpoint set by the API', () => {
  it('receives what happens, signed with the secret that was shown once, and with the new one after a rotation', async () => {
    const { id: tenantId, apiKey } = tenant(0);
    const made = await ask(apiKey, 'POST', PATH, { url: hook });
    expect([made.status, made.body['url'], made.body['enabled']]).toEqual([201, hook, true]);
    await anEvent(tenantId, 1);
    const first = heard.at(-1);
    const old = new Webhook(String(made.body['secret']));
    expect(old.verify(first?.body ?? '', first?.headers as Record<string, string>)).toMatchObject({
      type: 'payment.captured',
      sequence: 1,
      data: { object: { status: 'captured' } },
    });
    const rotated = await ask(apiKey, 'POST', PATH, { url: hook, rotate_secret: true });
    expect([rotated.status, rotated.body['id']]).toEqual([200, made.body['id']]);
    await anEvent(tenantId, 2);
    const second = heard.at(-1);
    const headers = second?.headers as Record<string, string>;
    expect(new Webhook(String(rotated.body['secret'])).verify(second?.body ?? '', headers)).toMatchObject({
      sequence: 2,
    });
    expect(old.verify(second?.body ?? '', headers)).toMatchObject({ sequence: 2 }); // for a day both secrets sign
    expect(String(headers['webhook-signature']).split(' ')).toHaveLength(2);
    expect(Date.parse(String(rotated.body['former_secret_until'])) - Date.now()).toBeLessThanOrEqual(24 * 3_600_000);
    expect(JSON.stringify((await ask(apiKey, 'GET', PATH)).body)).not.toContain('whsec_');
  }, 30_000);

  it('hears nothing while it is switched off, and what comes after it is on again', async () => {
    const { id: tenantId, apiKey } = tenant(0);
    const { body: endpoint } = await ask(apiKey, 'POST', PATH, { url: hook });
    const path = `${PATH}/${String(endpoint['id'])}`;
    expect((await ask(apiKey, 'PATCH', path, { enabled: false })).body['enabled']).toBe(false);
    const before = heard.length;
    await record(tenantId, 3);
    expect((await ask(apiKey, 'PATCH', path, { enabled: true })).body['enabled']).toBe(true);
    await anEvent(tenantId, 4);
    expect(heard.slice(before).map(({ body }) => (JSON.parse(body) as Json)['sequence'])).toEqual([4]);
  }, 30_000);

  it('is made once when many ask at the same moment', async () => {
    const { apiKey } = tenant(2);
    const replies = await Promise.all(Array.from({ length: 8 }, () => ask(apiKey, 'POST', PATH, { url: hook })));
    expect(new Set(replies.map(({ body }) => body['id'])).size).toBe(1);
    expect(replies.filter(({ body }) => body['secret'] !== null)).toHaveLength(1);
  });

  it('can be tried, shows what the receiver answered, and sends one again or those of a time [H4, H7]', async () => {
    const { id: tenantId, apiKey } = tenant(0);
    const since = new Date();
    const { body: endpoint } = await ask(apiKey, 'POST', PATH, { url: hook, types: ['payment.refunded'] });
    expect(endpoint['types']).toEqual(['payment.refunded']);
    const path = `${PATH}/${String(endpoint['id'])}`;
    const before = heard.length;
    answer = { status: 200, body: '<img src=x onerror=alert(1)> thanks for 4111111111111111' };
    const trial = await ask(apiKey, 'POST', `${path}/test`);
    expect([trial.status, trial.body['type'], trial.body['status']]).toEqual([202, 'webhook_endpoint.test', 'pending']);
    const first = `${path}/deliveries/${String(trial.body['id'])}`;
    expect(await settled(apiKey, first)).toMatchObject({
      status: 'delivered',
      attempts: 1,
      last_status: 200,
      last_error: null,
      last_latency_ms: expect.any(Number),
      last_reply: '&lt;img src=x onerror=alert(1)&gt; thanks for [number]',
    });
    answer = { status: 200, body: '' };
    expect((await ask(apiKey, 'POST', `${first}/resend`)).body).toMatchObject({ status: 'pending', attempts: 0 });
    await expect.poll(() => heard.length, { timeout: 10_000 }).toBe(before + 2);
    const ids = heard.slice(before).map(({ headers }) => headers['webhook-id']);
    expect(new Set(ids)).toEqual(new Set([trial.body['event']]));
    await record(tenantId, 9); // of a type that the endpoint does not hear
    const time = { since: since.toISOString(), until: new Date(Date.now() + 60_000).toISOString() };
    expect((await ask(apiKey, 'POST', `${path}/replay`, time)).body).toMatchObject({ queued: 0, capped: false });
    await expect
      .poll(async () => (await ask(apiKey, 'GET', first)).body['status'], { timeout: 10_000 })
      .toBe('delivered');
    const wanted = { ...time, only_failed: false, types: ['payment.captured'] };
    const all = await ask(apiKey, 'POST', `${path}/replay`, wanted);
    expect(all.body).toEqual({ object: 'webhook_replay', queued: 1, capped: false });
    await expect.poll(() => heard.length, { timeout: 10_000 }).toBe(before + 3);
    const list = await ask(apiKey, 'GET', `${path}/deliveries?limit=1`);
    expect(list.body).toMatchObject({ has_more: true, data: [{ type: 'payment.captured' }] });
    const rest = await ask(apiKey, 'GET', `${path}/deliveries?limit=1&cursor=${String(list.body['next_cursor'])}`);
    expect(rest.body).toMatchObject({ data: [{ type: 'webhook_endpoint.test' }] });
    expect((await ask(apiKey, 'GET', '/v1/events?types=webhook_endpoint.test')).body).toMatchObject({
      data: [{ store_id: null, sequence: null }],
    });
    const strangers = [
      [tenant(1).apiKey, 404],
      [tenant(0).stores[0]?.terminals[0]?.apiKey ?? '', 403],
    ] as const;
    for (const [key, status] of strangers)
      for (const each of [first, `${path}/deliveries`])
        expect([each, (await ask(key, 'GET', each)).status]).toEqual([each, status]);
    await ask(apiKey, 'PATCH', path, { types: null });
  }, 60_000);

  it('is switched off by a 410, tells so in the list of events, and takes no test while it is off [H3, H4]', async () => {
    const { apiKey } = tenant(0);
    const { body: endpoint } = await ask(apiKey, 'POST', PATH, { url: hook });
    const path = `${PATH}/${String(endpoint['id'])}`;
    answer = { status: 410, body: 'gone' };
    const trial = await ask(apiKey, 'POST', `${path}/test`);
    await settled(apiKey, `${path}/deliveries/${String(trial.body['id'])}`);
    answer = { status: 200, body: '' };
    expect(((await ask(apiKey, 'GET', PATH)).body['data'] as Json[])[0]).toMatchObject({ enabled: false });
    const { body: events } = await ask(apiKey, 'GET', '/v1/events?types=webhook_endpoint.disabled');
    const object = expect.objectContaining({ id: endpoint['id'], enabled: false, reason: 'gone' });
    expect(events['data']).toEqual([expect.objectContaining({ data: { object, previous: { enabled: true } } })]);
    for (const action of ['test', `deliveries/${String(trial.body['id'])}/resend`]) {
      const { status, body } = await ask(apiKey, 'POST', `${path}/${action}`);
      expect([status, body['code'], body['current_status']]).toEqual([409, 'state_conflict', 'disabled']);
    }
  }, 30_000);

  it('belongs to its tenant, and to keys of the whole tenant [E3]', async () => {
    const { body: endpoint } = await ask(tenant(0).apiKey, 'POST', PATH, { url: hook });
    const path = `${PATH}/${String(endpoint['id'])}`;
    expect((await ask(tenant(1).apiKey, 'PATCH', path, { enabled: false })).status).toBe(404);
    expect((await ask(tenant(1).apiKey, 'GET', PATH)).body['data']).toEqual([]);
    const till = tenant(0).stores[0]?.terminals[0]?.apiKey ?? '';
    expect((await ask(till, 'POST', PATH, { url: hook })).status).toBe(403);
    expect((await ask(tenant(0).apiKey, 'GET', PATH)).body['data']).toEqual([
      expect.objectContaining({ url: hook, enabled: true }),
    ]);
  });

  it.each(['http://10.0.0.1/', 'https://169.254.169.254/', 'http://example.com/', 'ftp://127.0.0.1/', 'nonsense'])(
    'refuses to be at %s',
    async (url) => {
      const reply = await ask(tenant(1).apiKey, 'POST', PATH, { url });
      expect([reply.status, reply.body['code']]).toEqual([422, 'url_not_allowed']);
      expect((await ask(tenant(1).apiKey, 'GET', PATH)).body['data']).toEqual([]);
    },
  );

  it('receives an event of a type of choice, flagged as a test, that leaves the payment and its list of events alone', async () => {
    const { id: tenantId, apiKey } = tenant(1);
    const asked = async (key: string, payment: string) =>
      ask(key, 'POST', '/v1/test/events/trigger', { type: 'payment.refunded', payment_id: payment });
    const lonely = toWireId('pay', await record(tenantId, 1));
    expect(await asked(apiKey, lonely)).toMatchObject({ status: 409, body: { code: 'state_conflict' } }); // there is no endpoint
    const { body: made } = await ask(apiKey, 'POST', PATH, { url: hook, types: ['payment.captured'] });
    const payment = toWireId('pay', await anEvent(tenantId, 7));
    expect((await asked(tenant(0).apiKey, payment)).status).toBe(404);
    const arrived = new Promise<void>((resolve) => (tellOfWebhook = resolve));
    const triggered = await asked(apiKey, payment);
    await arrived;
    expect(triggered).toMatchObject({ status: 202, body: { type: 'payment.refunded' } });
    const { headers, body = '' } = heard.at(-1) ?? {};
    expect(new Webhook(String(made['secret'])).verify(body, headers as Record<string, string>)).toMatchObject({
      id: triggered.body['event'],
      type: 'payment.refunded',
      livemode: false,
      sequence: 7,
      data: { object: { status: 'captured' }, previous: null, test: true },
    });
    const events = (await ask(apiKey, 'GET', `/v1/events?payment=${payment}`)).body['data'] as Json[];
    expect(events.map(({ type }) => type)).toEqual(['payment.captured']);
  }, 30_000);
});
