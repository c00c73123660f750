import { randomUUID } from 'node:crypto';
import { createServer, type Server } from 'node:http';
import { connect, type AddressInfo } from 'node:net';
import { afterAll, beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import pg from 'pg';
import { fromWireId, toWireId } from '@tsunagu/kernel';
import { VAULT_ROUTES } from '@tsunagu/contracts';
import { SandboxSeed, type SeededTenant } from '@tsunagu/merchants';
import { startApp, type RunningApp } from '@tsunagu/platform';
import { testDatabase, type TestDatabase } from '../../../test/kit/database.js';
import { AppModule } from './app.module.js';
import { configureApi } from './configure-api.js';
import { PublishedDocument } from './docs/published-document.js';
import { replyErrors } from './testing/schema-check.js';
import { anOrder } from './testing/api-under-test.js';

let db: TestDatabase;
let vault: Server;
let running: RunningApp;
let base: string;
let tenants: SeededTenant[];
/** What the vault reads from the card, where it is not the card of JCB. */
let inside: Json = {};
/** What the vault answers instead of a card. */
let refusal: { status: number; body: object } | undefined;

const OPENED = {
  tokenId: randomUUID(),
  card: { brand: 'jcb', bin6: '353011', last4: '0000', expMonth: 12, expYear: 2030, funding: 'credit', country: 'JP', issuerName: null },
  envelope: { sad: 'sad.c2Fk', account: 'account.YWNjb3VudA==' },
}; // prettier-ignore

/** A vault that opens every card alike, over the real wire. */
function startVault(): Promise<Server> {
  const server = createServer((request, response) => {
    const opened = { ...OPENED, card: { ...OPENED.card, ...inside } };
    const answer = request.url === VAULT_ROUTES.open && refusal === undefined ? { status: 200, body: opened } : refusal;
    request.resume().on('end', () => {
      response
        .writeHead(answer?.status ?? 404, { 'content-type': 'application/json' })
        .end(JSON.stringify(answer?.body ?? {}));
    });
  });
  return new Promise((resolve) => server.listen(0, '127.0.0.1', () => resolve(server)));
}

beforeAll(async () => {
  [db, vault] = await Promise.all([testDatabase(), startVault()]);
  const surroundings = {
    DATABASE_URL: db.url('gateway'),
    VAULT_URL: `http://127.0.0.1:${(vault.address() as AddressInfo).port}`,
    INTERNAL_SECRET: '11'.repeat(32),
    API_KEY_PEPPER: '22'.repeat(32),
    WEBHOOK_KEY: '33'.repeat(32),
    LOG_LEVEL: 'silent',
    PORT: '0',
    ADMIN_PORT: '0',
    REDIS_URL: '',
  };
  const before = { ...process.env };
  Object.assign(process.env, surroundings);
  try {
    running = await startApp(AppModule, { name: 'api', configure: configureApi });
  } finally {
    for (const name of Object.keys(surroundings)) delete process.env[name];
    Object.assign(process.env, before);
  }
  base = `http://127.0.0.1:${running.port}`;
  tenants = await running.app.get(SandboxSeed, { strict: false }).seed();
}, 90_000);

afterAll(async () => {
  await running.stop();
  vault.close();
  await db.drop();
});

const tenant = (index: number) => {
  const found = tenants[index];
  if (found === undefined) throw new Error('the sandbox has three tenants');
  return found;
};
const terminalOf = (index: number, store = 0) => {
  const found = tenant(index).stores[store]?.terminals[0];
  if (found === undefined) throw new Error('a store has terminals');
  return found;
};

type Json = Record<string, unknown>;
async function ask(
  path: string,
  options: { key?: string; body?: unknown; intent?: string; headers?: Record<string, string> } = {},
) {
  const { key = tenant(0).apiKey, body, intent, headers } = options;
  const post = body === undefined ? {} : { method: 'POST', body: JSON.stringify(body) };
  const reply = await fetch(`${base}${path}`, {
    ...post,
    headers: {
      authorization: `Bearer ${key}`,
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(intent === undefined ? {} : { 'idempotency-key': intent }),
      ...headers,
    },
  });
  const answer = { status: reply.status, headers: reply.headers, body: (await reply.json()) as Json };
  const asked = { method: body === undefined ? 'GET' : 'POST', path: path.split('?')[0] ?? '' };
  const contradictions = replyErrors(running.app.get(PublishedDocument, { strict: false }).get(), asked, answer);
  expect({ asked, contradictions }).toEqual({ asked, contradictions: [] });
  return answer;
}

const STATUSES = [
  'requires_action', 'processing', 'authorized', 'partially_captured', 'captured', 'partially_refunded', 'refunded',
  'voided', 'declined', 'expired', 'unknown', 'offline_accepted', 'offline_lost',
]; // prettier-ignore
const order = (change: Json = {}) =>
  anOrder({ client_reference: randomUUID(), terminal_id: toWireId('trm', terminalOf(0).id), ...change });
const create = (body: Json, intent: string = randomUUID(), key?: string) => ask('/v1/payments', { body, intent, key });

describe('the api on a real database', () => {
  it('accepts a payment, and finds it again by every way a till has', async () => {
    const body = order();
    const reply = await create(body);
    expect([reply.status, reply.body['status'], reply.body['customer_charged']]).toEqual([
      202,
      'processing',
      'unknown',
    ]);
    const id = String(reply.body['id']);
    const reference = String(body['client_reference']);
    expect((await ask(`/v1/payments/${id}`)).body).toMatchObject({ id, card: { last4: '0000' }, sequence: 1 });
    expect((await ask(`/v1/payments?client_reference=${reference}`)).body['data']).toEqual([
      expect.objectContaining({ id }),
    ]);
    expect((await ask(`/v1/attempts/${reference}`)).body).toMatchObject({ status: 'created', payment: { id } });
    const open = await ask(`/v1/terminals/${String(body['terminal_id'])}/open-payments`);
    expect((open.body['data'] as Json[]).map((each) => each['id'])).toContain(id);
    const events = await ask(`/v1/events?payment=${id}`);
    expect(events.body['data']).toEqual([expect.objectContaining({ type: 'payment.created', sequence: 1 })]);
  });

  it('makes one payment of a hundred simultaneous requests with one key [B4]', async () => {
    const body = order();
    const intent = randomUUID();
    const replies = await Promise.all(Array.from({ length: 100 }, () => create(body, intent)));
    expect(new Set(replies.map((reply) => reply.body['id'])).size).toBe(1);
    expect(replies.every(({ status }) => status === 202)).toBe(true);
    expect(replies.filter(({ headers }) => headers.get('idempotent-replayed') === null)).toHaveLength(1);
  });

  it('keeps the table of idempotency situations [B3]', async () => {
    const body = order();
    const intent = randomUUID();
    const first = await create(body, intent);
    const otherBody = { ...body, money: { amount: 9, currency: 'JPY' } };
    expect((await create(otherBody, intent)).body['code']).toBe('idempotency_key_reused');
    expect((await create(otherBody)).body['code']).toBe('client_reference_exists');
    const newKey = await create(body);
    expect([newKey.headers.get('idempotent-replayed'), newKey.body['id']]).toEqual(['true', first.body['id']]);
    const otherRoute = await ask(`/v1/payments/${String(first.body['id'])}/cancel`, { body: {}, intent });
    expect([otherRoute.status, otherRoute.body['code']]).toEqual([422, 'idempotency_key_reused']);
  });

  it('stores nothing of a refused request: the same key may be used again [B6]', async () => {
    const body = order();
    const intent = randomUUID();
    expect((await create({ ...body, kind: 'steal' }, intent)).status).toBe(400);
    refusal = { status: 422, body: { code: 'card_data_invalid', category: 'unprocessable', message: 'x' } };
    expect((await create(body, intent)).body).toMatchObject({
      code: 'card_data_invalid',
      status: 422,
      next_action: 'ask_cardholder',
    });
    refusal = { status: 409, body: { code: 'ksn_replay', category: 'conflict', message: 'x' } };
    expect((await create(body, intent)).body).toMatchObject({ code: 'ksn_replay', status: 409 });
    refusal = { status: 503, body: {} };
    const down = await create(body, intent);
    expect([down.status, down.body['code'], down.headers.get('retry-after')]).toEqual([
      503,
      'card_service_unavailable',
      '2',
    ]);
    refusal = undefined;
    expect((await create(body, intent)).status).toBe(202);
  });

  it('asks the till for the chip of a tap above the limit, and goes on as the same payment', async () => {
    const card = (entry_mode: string, more: Json = {}) => ({ ...(anOrder()['card_present'] as Json), entry_mode, ...more });
    const tap = await create(order({ money: { amount: 15_001, currency: 'JPY' }, card_present: card('contactless') }));
    expect([tap.status, tap.body]).toMatchObject([
      202,
      { status: 'requires_action', customer_charged: 'no', required_action: { type: 'insert_chip' }, attempts: [], allowed_actions: ['continue', 'cancel', 'ensure_cancelled'] },
    ]); // prettier-ignore
    const pin = { format: 'iso4', ksn: '123456789012345600000002', data: '9C'.repeat(16) };
    const goOn = (body: Json, intent: string = randomUUID()) =>
      ask(`/v1/payments/${String(tap.body['id'])}/continue`, { body, intent });
    expect((await goOn({ pin_block: pin })).body).toMatchObject({ code: 'state_conflict', required_action: 'insert_chip', current_status: 'requires_action' });
    expect((await goOn({ card_present: card('contactless') })).body).toMatchObject({ status: 422, card_rule: 'chip_expected' });
    expect((await goOn({ card_present: card('chip', { cvm: 'none' }) })).body).toMatchObject({ code: 'verification_required', card_rule: 'pin_bypass' });
    expect((await goOn({ card_present: card('chip'), pin_block: pin })).body).toMatchObject({ errors: [{ pointer: '/pin_block', code: 'combination' }] });
    expect((await goOn({})).body).toMatchObject({ code: 'parameter_missing', errors: [{ pointer: '/pin_block' }] });
    const intent = randomUUID();
    const chip = { card_present: card('chip', { cvm: 'offline_pin', application: { aid: 'a0000000651010' } }) };
    const done = await goOn(chip, intent);
    expect([done.status, done.body]).toMatchObject([
      202,
      { id: tap.body['id'], status: 'processing', required_action: null, entry_mode: 'chip', presentment: { cvm: 'offline_pin', application: { brand: 'jcb', label: 'JCB' } } },
    ]); // prettier-ignore
    expect((await goOn(chip, intent)).headers.get('idempotent-replayed')).toBe('true');
  }); // prettier-ignore

  const CUP = { brand: 'unionpay', bin6: '620000', country: 'CN' };
  const VISA = { brand: 'visa', bin6: '411111' };
  const split = { payment_plan: { type: 'installments', count: 3 } };
  const NONE = '400 amount_invalid';
  const PIN = { pin_block: { format: 'iso4', ksn: '123456789012345600000002', data: '9C'.repeat(16) } };
  it.each([
    // the field itself: 1 to twelve digits, whatever the method
    ['credit', { card: {}, entry: 'chip', more: {} }, 1, [NONE, '202 processing', '202 processing']],
    ['nfc', { card: {}, entry: 'contactless', more: {} }, 1, [NONE, '202 processing', '202 processing']],
    ['unionpay', { card: CUP, entry: 'chip', more: PIN }, 1, [NONE, '202 processing', '202 processing']],
    ['credit', { card: {}, entry: 'chip', more: PIN }, 999_999_999_999, ['202 processing', '202 processing', NONE]],
    ['unionpay', { card: CUP, entry: 'chip', more: PIN }, 999_999_999_999, ['202 processing', '202 processing', NONE]],
    ['nfc', { card: {}, entry: 'contactless', more: { cvm: 'device' } }, 999_999_999_999, ['202 processing', '202 processing', NONE]],
    // verification: a tap without a proof, and a chip without its PIN
    ['nfc', { card: {}, entry: 'contactless', more: {} }, 15_000, ['202 processing', '202 processing', '202 requires_action insert_chip']],
    ['nfc', { card: VISA, entry: 'contactless', more: {} }, 15_000, ['202 processing', '202 processing', '202 requires_action enter_pin']],
    ['credit', { card: {}, entry: 'chip', more: { cvm: 'none' } }, 15_000, ['202 processing', '202 processing', '422 verification_required']],
    // plans: the least and the most that a row of the issuer's table takes
    ['credit', { card: {}, entry: 'chip', more: split }, 3_000, ['422 plan_not_allowed', '202 processing', '202 processing']],
    ['credit', { card: {}, entry: 'chip', more: { ...split, ...PIN } }, 3_000_000, ['202 processing', '202 processing', '422 plan_not_allowed']],
    ['credit', { card: VISA, entry: 'chip', more: split }, 5_000, ['422 plan_not_allowed', '202 processing', '202 processing']],
    ['credit', { card: {}, entry: 'chip', more: { payment_plan: { type: 'bonus' } } }, 10_000, ['422 plan_not_allowed', '202 processing', '202 processing']],
    ['credit', { card: {}, entry: 'chip', more: { payment_plan: { type: 'revolving' }, ...PIN } }, 1_000_000, ['202 processing', '202 processing', '422 plan_not_allowed']],
  ] as const)('%s as %j: %i yen, one below and one above', async (method, { card, entry: entry_mode, more }, limit, expected) => {
    inside = card;
    onTestFinished(() => void (inside = {}));
    const { cvm, pin_block, ...fields } = more as Json;
    const card_present = { ...(anOrder()['card_present'] as Json), entry_mode, ...(cvm !== undefined && { cvm }), ...(pin_block !== undefined && { pin_block }) };
    const said = [];
    for (const amount of [limit - 1, limit, limit + 1]) {
      const { status, body } = await create(order({ method, money: { amount, currency: 'JPY' }, card_present, ...fields }));
      const action = (body['required_action'] as Json | null | undefined)?.['type'];
      said.push([status, body['code'] ?? body['status'], ...(action === undefined ? [] : [action])].join(' '));
    }
    expect(said).toEqual(expected);
  }); // prettier-ignore

  it('names a sensitive tag that came in the clear, and never its value', async () => {
    const emv = '5A084111111111111111';
    const reply = await create(order({ card_present: { ...(anOrder()['card_present'] as Json), emv } }));
    expect(reply.body).toMatchObject({ status: 422, code: 'card_data_invalid', card_rule: 'forbidden_clear_tag', chip_tag: '5A' });
    expect(JSON.stringify(reply.body)).not.toContain('4111');
  }); // prettier-ignore

  it('tells a till at its start what its payments are held to, by the contract of its store', async () => {
    const limits = async (of: number) =>
      (await ask(`/v1/terminals/${toWireId('trm', terminalOf(of).id)}/capabilities`, { key: tenant(of).apiKey })).body;
    const mine = await limits(0);
    expect(mine).toMatchObject({ verification_contract: 'standard', reader: 'pin_pad', table_version: '2025-04-01', methods: expect.arrayContaining(['credit', 'nfc']) });
    const visa = (body: Json) => (body['taps'] as Json[]).find(({ brand }) => brand === 'visa');
    expect(visa(mine)).toMatchObject({ no_cvm_up_to: 15_000, otherwise: 'enter_pin' });
    expect(visa(await limits(1))).toMatchObject({ no_cvm_up_to: 10_000 });
    expect((await ask(`/v1/terminals/${toWireId('trm', terminalOf(1).id)}/capabilities`)).status).toBe(404);
  }); // prettier-ignore

  it('shows nobody what belongs to another tenant, store or terminal [E3, E4, E5]', async () => {
    const mine = await create(order());
    const id = String(mine.body['id']);
    const otherStore = terminalOf(0, 1);
    for (const key of [tenant(1).apiKey, otherStore.apiKey]) {
      const absent = await ask(`/v1/payments/${toWireId('pay', randomUUID())}`, { key });
      for (const path of [`/v1/payments/${id}`, `/v1/payments/${id}?wait=0`]) {
        const reply = await ask(path, { key });
        expect([reply.status, reply.body['title']]).toEqual([404, absent.body['title']]);
      }
      for (const action of ['captures', 'cancel', 'refunds']) {
        expect((await ask(`/v1/payments/${id}/${action}`, { key, body: {}, intent: randomUUID() })).status).toBe(404);
      }
      expect((await ask('/v1/payments', { key })).body['data']).toEqual([]);
      expect((await create(order(), randomUUID(), key)).body['code']).toBe('resource_missing');
      expect((await ask(`/v1/terminals/${toWireId('trm', terminalOf(0).id)}/open-payments`, { key })).status).toBe(404);
    }
    expect((await ask(`/v1/payments/${id}`)).body).toMatchObject({ cancel_requested: false, sequence: 1 });
  });

  it('burns a reference that was given up before it was seen', async () => {
    const reference = randomUUID();
    expect((await ask(`/v1/attempts/${reference}`)).body).toMatchObject({
      status: 'never_seen',
      customer_charged: 'unknown',
    });
    expect((await ask(`/v1/attempts/${reference}/ensure-cancelled`, { body: {} })).status).toBe(202);
    const late = await create(order({ client_reference: reference }));
    expect([late.status, late.body['code']]).toEqual([409, 'client_reference_burned']);
  });

  it('cancels what has not left the house', async () => {
    const { body } = await create(order());
    const reply = await ask(`/v1/payments/${String(body['id'])}/cancel`, { body: {}, intent: randomUUID() });
    expect([reply.status, reply.body['status'], reply.body['customer_charged']]).toEqual([200, 'voided', 'no']);
    const refund = await ask(`/v1/payments/${String(body['id'])}/refunds`, { body: {}, intent: randomUUID() });
    expect([refund.status, refund.body['code']]).toEqual([409, 'state_conflict']);
  });

  it('refuses what a state does not allow with the state and what it does allow [A14]', async () => {
    const admin = new pg.Client({ connectionString: db.adminUrl });
    await admin.connect();
    onTestFinished(() => admin.end());
    const routes = {
      capture: 'captures',
      increase: 'increases',
      release: 'release',
      cancel: 'cancel',
      refund: 'refunds',
    };
    for (const status of STATUSES) {
      const { body } = await create(order());
      const id = String(body['id']);
      const action =
        status === 'requires_action' ? '{"type":"enter_pin","expiresAt":"2026-11-23T00:00:00.000Z"}' : null;
      const counters = 'authorized_minor = amount_minor, captured_minor = amount_minor, refunded_minor = amount_minor';
      const forced = `UPDATE gateway.payment SET status = $2, action = $3, ${counters} WHERE id = $1`;
      await admin.query(forced, [fromWireId('pay', id), status, action]);
      const allowed_actions = (await ask(`/v1/payments/${id}`)).body['allowed_actions'] as string[];
      const refused = Object.entries(routes).filter(([name]) => !allowed_actions.includes(name));
      for (const [name, route] of refused) {
        const wish = name === 'increase' ? { money: { amount: 500, currency: 'JPY' } } : {};
        const reply = await ask(`/v1/payments/${id}/${route}`, { body: wish, intent: randomUUID() });
        expect({ status: reply.status, ...reply.body }).toMatchObject({
          status: 409,
          current_status: status,
          allowed_actions,
        });
      }
      expect(refused.length).toBeGreaterThanOrEqual(4);
    }
  }, 30_000);

  it('pages through many payments without losing or repeating one', async () => {
    const key = terminalOf(1).apiKey;
    const own = (change: Json) => order({ terminal_id: toWireId('trm', terminalOf(1).id), ...change });
    const made = new Set<unknown>();
    for (let index = 0; index < 7; index += 1) made.add((await create(own({}), randomUUID(), key)).body['id']);
    const seen: unknown[] = [];
    for (let path = '/v1/payments?limit=3&include=total'; path !== '';) {
      const { body } = await ask(path, { key });
      expect(body['total']).toBe(7);
      seen.push(...(body['data'] as Json[]).map((each) => each['id']));
      const { next_cursor: next } = body;
      path = typeof next === 'string' ? `/v1/payments?limit=3&include=total&cursor=${next}` : '';
    }
    expect([seen.length, new Set(seen)]).toEqual([7, made]);
  });

  it('answers a long poll when the time is over, with the state as it is', async () => {
    const { body } = await create(order());
    const reply = await ask(`/v1/payments/${String(body['id'])}?wait=1&after_sequence=1`);
    expect([reply.status, reply.body['sequence']]).toEqual([200, 1]);
  });
});

describe('what never becomes a request', () => {
  const raw = (text: string) =>
    new Promise<string>((resolve, reject) => {
      const socket = connect(running.port, '127.0.0.1', () => socket.write(text));
      let answer = '';
      socket.setTimeout(5_000, () => socket.destroy(new Error('no answer')));
      socket.on('data', (chunk) => {
        answer += chunk.toString();
        if (answer.includes('"request_id"')) socket.destroy();
      });
      socket.on('close', () => resolve(answer));
      socket.on('error', reject);
    });

  it.each([
    [
      'headers above 16 KB',
      `GET / HTTP/1.1\r\nHost: x\r\nX-Big: ${'x'.repeat(20_000)}\r\n\r\n`,
      431,
      'headers_too_large',
    ],
    ['a broken request line', 'HELLO\r\n\r\n', 400, 'parameter_invalid'],
    ['a URL that cannot be decoded', 'GET /v1/payments/%E0%A4%A HTTP/1.1\r\nHost: x\r\n\r\n', 400, 'parameter_invalid'],
    ['a URL above 4 KB', `GET /v1/payments?q=${'x'.repeat(5_000)} HTTP/1.1\r\nHost: x\r\n\r\n`, 414, 'url_too_long'],
  ])('answers %s as a problem [G2]', async (_, text, status, code) => {
    const answer = await raw(text);
    expect(answer).toContain(`HTTP/1.1 ${status}`);
    expect(answer.toLowerCase()).toContain('application/problem+json');
    expect(answer).toContain(`"code":"${code}"`);
  });

  it('does not show health or metrics on the public port', async () => {
    for (const path of ['/metrics', '/health/live', '/health/ready']) expect((await ask(path)).status).toBe(404);
  });

  it('serves the contract and its readable page to everybody', async () => {
    expect((await (await fetch(`${base}/openapi.json`)).json()) as Json).toMatchObject({ openapi: '3.1.0' });
    const docs = await fetch(`${base}/docs`);
    expect(docs.headers.get('content-security-policy')).toContain("default-src 'none'");
    const text = await docs.text();
    for (const id of ['authentication', 'idempotency', 'magic-amounts', 'verify-webhooks', 'createPayment']) {
      expect(text).toContain(`id="${id}"`);
      expect(text).toContain(`href="#${id}"`);
    }
  });
});
