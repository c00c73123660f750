import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { toWireId } from '@tsunagu/kernel';
import { RemoteError } from '@tsunagu/platform';
import { PublishedDocument } from './docs/published-document.js';
import { replyErrors } from './testing/schema-check.js';
import { aPayment, FakeRefusal, type FakePayments } from './testing/fake-payments.js';
import { anOrder, apiUnderTest, TENANT, TERMINAL } from './testing/api-under-test.js';

type Reply = Awaited<ReturnType<NestFastifyApplication['inject']>>;
type Ask = {
  method?: 'GET' | 'POST' | 'PUT';
  url: string;
  headers?: Record<string, string>;
  body?: unknown;
  key?: string;
};

let app: NestFastifyApplication;
let payments: FakePayments;
let logged: string[];
let document: OpenAPIObject;
let count = 0;

beforeAll(async () => {
  ({ app, payments, logged } = await apiUnderTest());
  document = app.get(PublishedDocument).get();
});
afterAll(() => app.close());
beforeEach(() => {
  payments.rows.length = 0;
  payments.next = {};
});

async function ask({ method = 'GET', url, headers = {}, body, key = 'all' }: Ask): Promise<Reply> {
  const json = body === undefined ? {} : { 'content-type': 'application/json' };
  const intent: Record<string, string> = method === 'POST' ? { 'idempotency-key': `key-${(count += 1)}` } : {};
  const payload = typeof body === 'string' || body === undefined ? body : JSON.stringify(body);
  const reply = await app.inject({
    method,
    url,
    headers: { authorization: `Bearer ${key}`, ...json, ...intent, ...headers },
    payload,
  });
  const asked = { method, path: url.split('?')[0] ?? '' };
  const contradictions = replyErrors(document, asked, { status: reply.statusCode, body: reply.json() });
  expect({ asked, contradictions }).toEqual({ asked, contradictions: [] });
  return reply;
}

const create = (change: Record<string, unknown> = {}, headers: Record<string, string> = {}) =>
  ask({ method: 'POST', url: '/v1/payments', body: anOrder(change), headers });

/** Every refusal is a problem with the same face. */
function expectProblem(reply: Reply, status: number, code: string): Record<string, unknown> {
  const body = reply.json<Record<string, unknown>>();
  expect({ status: reply.statusCode, code: body['code'] }).toEqual({ status, code });
  expect(reply.headers['content-type']).toContain('application/problem+json');
  expect(body).toMatchObject({ status, title: expect.any(String), request_id: reply.headers['request-id'] });
  return body;
}

describe('creating a payment', () => {
  it('answers 202 while the outcome is open, and 201 when the client waited for it', async () => {
    const open = await create();
    expect(open.statusCode).toBe(202);
    expect(open.json()).toMatchObject({ status: 'processing', poll_after_ms: 500, customer_charged: 'unknown' });
    payments.next = { status: 'captured', final: true, customerCharged: 'yes' };
    const final = await create({}, { prefer: 'wait=25' });
    expect(final.statusCode).toBe(201);
    expect(final.headers['preference-applied']).toBe('wait=25');
    expect(final.json()).toMatchObject({ status: 'captured', final: true, poll_after_ms: null });
  });

  it('answers a decline as a payment, not as an error', async () => {
    payments.next = { status: 'declined', final: true, customerCharged: 'no', actionCode: '116' };
    const reply = await create({}, { prefer: 'wait=5', 'accept-language': 'en' });
    expect(reply.statusCode).toBe(201);
    expect(reply.json()).toMatchObject({
      status: 'declined',
      decline: { code: 'insufficient_funds', network_code: '116' },
    });
    expect(reply.json<{ decline: { cashier_message: string } }>().decline.cashier_message).toContain(
      'insufficient funds',
    );
  });

  it('answers a repeat with the current resource and says so [B5]', async () => {
    const headers = { 'idempotency-key': 'same' };
    const first = await create({}, headers);
    const second = await create({}, headers);
    expect(second.statusCode).toBe(202);
    expect(second.headers['idempotent-replayed']).toBe('true');
    expect(second.json<{ id: string }>().id).toBe(first.json<{ id: string }>().id);
    payments.next = { status: 'captured', final: true, customerCharged: 'yes' };
    expect((await create({}, { ...headers, prefer: 'wait=1' })).statusCode).toBe(200);
  });

  it('takes the same purchase in another order of keys, spaces and hex case as the same', async () => {
    const headers = { 'idempotency-key': 'shuffled' };
    const order = anOrder();
    await ask({ method: 'POST', url: '/v1/payments', body: JSON.stringify(order), headers });
    const card = { ...(order['card_present'] as object), ciphertext: 'ab'.repeat(48) };
    const shuffled = JSON.stringify(
      Object.fromEntries(Object.entries({ ...order, card_present: card }).reverse()),
      null,
      2,
    );
    expect(
      (await ask({ method: 'POST', url: '/v1/payments', body: shuffled, headers })).headers['idempotent-replayed'],
    ).toBe('true');
    expectProblem(await create({ money: { amount: 1501, currency: 'JPY' } }, headers), 422, 'idempotency_key_reused');
  });

  it('needs a well-formed idempotency key [B1]', async () => {
    expectProblem(await create({}, { 'idempotency-key': '' }), 400, 'idempotency_key_missing');
    for (const key of ['a b', 'é', 'x'.repeat(256), "'; drop table", '4111-1111-1111-1111']) {
      expectProblem(await create({}, { 'idempotency-key': key }), 400, 'idempotency_key_invalid');
    }
  });

  it('hands the card over in upper-case hex and never answers it', async () => {
    const reply = await create({
      card_present: {
        format: 'dukpt_tdes',
        ksn: 'ffff9876543210e00001',
        ciphertext: 'ab'.repeat(24),
        entry_mode: 'stripe',
      },
    });
    expect(payments.orders.at(-1)?.card).toMatchObject({ ksn: 'FFFF9876543210E00001', ciphertext: 'AB'.repeat(24) });
    expect(reply.body.toUpperCase()).not.toContain('ABABABAB');
  });

  it('reports all wrong fields at once, by pointer and without their values [G4]', async () => {
    const body = expectProblem(
      await create({ kind: 'steal', money: { amount: '1500', currency: 'XXX' }, fee: 9, client_reference: undefined }),
      400,
      'unknown_parameter',
    );
    expect(body['errors']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ pointer: '/kind', code: 'not_in_list' }),
        expect.objectContaining({ pointer: '/money/amount', code: 'not_integer' }),
        expect.objectContaining({ pointer: '/money/currency', code: 'not_in_list' }),
        expect.objectContaining({ pointer: '/fee', code: 'unknown' }),
        expect.objectContaining({ pointer: '/client_reference', code: 'required' }),
      ]),
    );
    expect(JSON.stringify(body)).not.toContain('steal');
  });

  it('takes amounts in canonical digits only [A12]', async () => {
    for (const amount of [
      '1500.0',
      '1.5e3',
      '-0',
      '0',
      '-1',
      '"1500"',
      '1e308',
      '1000000000000',
      'null',
      'true',
      '[1500]',
      '{}',
    ]) {
      const text = JSON.stringify(anOrder()).replace('"amount":1500', `"amount":${amount}`);
      expectProblem(await ask({ method: 'POST', url: '/v1/payments', body: text }), 400, 'amount_invalid');
    }
    const text = JSON.stringify(anOrder()).replace('"amount":1500', '"amount":01500');
    expectProblem(await ask({ method: 'POST', url: '/v1/payments', body: text }), 400, 'invalid_json');
  });

  it('keeps short texts of the merchant and refuses card numbers among them [D1, G6]', async () => {
    expect((await create({ metadata: { order: 'A-1', 備考: 'x' } })).statusCode).toBe(400);
    expect((await create({ metadata: { order: 'A-1001 番' } })).statusCode).toBe(202);
    for (const pan of ['4111111111111111', '4111 1111 1111 1111', '3530-1113-3330-0000', 'card 5555555555554444!']) {
      expectProblem(await create({ metadata: { note: pan } }), 400, 'metadata_contains_pan');
    }
    expectProblem(await create({ client_reference: '4111111111111111' }), 400, 'metadata_contains_pan');
  });

  it('passes the refusals of the card zone on by their own codes', async () => {
    const cases = [
      ['card_data_invalid', 'unprocessable', 422],
      ['ksn_replay', 'conflict', 409],
      ['ksn_stale', 'conflict', 409],
      ['card_service_unavailable', 'not_sent', 503],
      ['idempotency_in_progress', 'conflict', 409],
      ['client_reference_burned', 'conflict', 409],
      ['terminal_blocked', 'forbidden', 403],
    ] as const;
    for (const [code, category, status] of cases) {
      payments.refusal = new RemoteError({ code, category, status });
      const reply = await create();
      expectProblem(reply, status, code);
      if (status === 503 || code === 'idempotency_in_progress') expect(reply.headers['retry-after']).toMatch(/^[1-9]/);
    }
  });

  it('leads to the attempt that stands in the way', async () => {
    payments.refusal = new FakeRefusal('client_reference_exists', 'conflict');
    expect((await create()).headers['link']).toBe('</v1/attempts/order-1>; rel="related"');
  });

  it('names a page for every refusal, as a whole URL where the host is known', async () => {
    const local = await create({}, { host: '127.0.0.1:4000', 'idempotency-key': '' });
    expect(local.json<{ type: string }>().type).toBe('http://127.0.0.1:4000/docs/errors/idempotency_key_missing');
    const elsewhere = await create({}, { host: 'evil.example', 'idempotency-key': '' });
    expect(elsewhere.json<{ type: string }>().type).toBe('/docs/errors/idempotency_key_missing');
    expect((await app.inject({ url: '/docs/errors/idempotency_key_missing' })).statusCode).toBe(200);
  });

  it('never says that an unknown outcome failed', async () => {
    payments.refusal = new FakeRefusal('private_code', 'outcome_unknown');
    expect(expectProblem(await create(), 504, 'timeout')).toMatchObject({ next_action: 'read_resource' });
  });

  it('tells nothing in a 500 and keeps the error out of the reply [D2, D3]', async () => {
    payments.refusal = new Error('select * from payment where pan = 4111111111111111');
    const body = expectProblem(await create(), 500, 'internal_error');
    expect(Object.keys(body).sort()).toEqual([
      'code',
      'next_action',
      'request_id',
      'retryable',
      'status',
      'title',
      'type',
    ]);
    expect(JSON.stringify(body)).not.toMatch(/select|4111/);
    expect(logged.join('\n')).toContain('request failed');
    expect(logged.join('\n')).not.toMatch(/4111111111111111/);
  });
});

describe('movements', () => {
  const row = (change = {}) => {
    const payment = aPayment({ tenantId: TENANT, terminalId: TERMINAL, ...change });
    payments.rows.push(payment);
    return `/v1/payments/${toWireId('pay', payment.id)}`;
  };

  it('captures, cancels and refunds with an intent each', async () => {
    expect(
      (await ask({ method: 'POST', url: `${row()}/captures`, body: { money: { amount: 500, currency: 'JPY' } } }))
        .statusCode,
    ).toBe(201);
    expect((await ask({ method: 'POST', url: `${row()}/cancel` })).json()).toMatchObject({ status: 'voided' });
    const refund = await ask({ method: 'POST', url: `${row()}/refunds`, body: {} });
    expect(refund.statusCode).toBe(202);
    expect(refund.json()).toMatchObject({ object: 'refund', kind: 'henpin', status: 'processing', poll_after_ms: 500 });
    for (const action of ['captures', 'cancel', 'refunds']) {
      expectProblem(
        await ask({ method: 'POST', url: `${row()}/${action}`, headers: { 'idempotency-key': '' } }),
        400,
        'idempotency_key_missing',
      );
    }
  });

  it('answers 202 to a cancel whose outcome is still open', async () => {
    const reply = await ask({ method: 'POST', url: `${row()}/cancel` });
    expect(reply.statusCode).toBe(200);
    payments.refusal = new FakeRefusal('state_conflict', 'conflict', { current_status: 'captured' });
    const body = expectProblem(await ask({ method: 'POST', url: `${row()}/cancel` }), 409, 'state_conflict');
    expect(body).toMatchObject({ current_status: 'captured', next_action: 'read_resource' });
  });

  it('waits for the answer of a refund when asked to', async () => {
    const path = row();
    payments.next = { sequence: 9 };
    const [payment] = payments.rows;
    expect(payment).toBeDefined();
    const reply = await ask({ method: 'POST', url: `${path}/refunds`, body: {}, headers: { prefer: 'wait=1' } });
    expect(reply.statusCode).toBe(202);
  });

  it('refuses a movement in another currency than the payment', async () => {
    const reply = await ask({
      method: 'POST',
      url: `${row()}/refunds`,
      body: { money: { amount: 500, currency: 'USD' } },
    });
    expect(expectProblem(reply, 400, 'parameter_invalid')['errors']).toEqual([
      expect.objectContaining({ pointer: '/money/currency' }),
    ]);
  });
});

describe('reading', () => {
  const addRows = (amount: number) => {
    for (let index = 0; index < amount; index += 1)
      payments.rows.push(aPayment({ tenantId: TENANT, terminalId: TERMINAL, amountMinor: index + 1 }));
  };
  type List = {
    data: { money: { amount: number } }[];
    has_more: boolean;
    next_cursor: string | null;
    prev_cursor: string | null;
    total: number | null;
  };
  const list = async (query: string) => (await ask({ url: `/v1/payments?${query}` })).json<List>();

  it('pages forward and back through a list, newest first', async () => {
    addRows(5);
    const first = await list('limit=2&include=total');
    expect(first).toMatchObject({ has_more: true, prev_cursor: null, total: 5, total_capped: false });
    expect(first.data.map(({ money }) => money.amount)).toEqual([5, 4]);
    const second = await list(`limit=2&cursor=${first.next_cursor}`);
    expect(second.data.map(({ money }) => money.amount)).toEqual([3, 2]);
    expect((await list(`limit=2&cursor=${second.prev_cursor}`)).data.map(({ money }) => money.amount)).toEqual([5, 4]);
    const last = await list(`limit=2&cursor=${second.next_cursor}`);
    expect(last).toMatchObject({ has_more: false, next_cursor: null });
  });

  it('refuses a cursor that was changed, made up, or made for another list or tenant [E3]', async () => {
    addRows(3);
    const cursor = String((await list('limit=1')).next_cursor);
    const spoiled = `${cursor.slice(0, -4)}AAAA`;
    for (const query of [`cursor=${spoiled}`, 'cursor=abc', `cursor=${cursor}&status=captured`]) {
      expectProblem(await ask({ url: `/v1/payments?${query}` }), 400, 'cursor_invalid');
    }
    expectProblem(await ask({ url: `/v1/payments?cursor=${cursor}`, key: 'other' }), 400, 'cursor_invalid');
  });

  it('refuses unknown, repeated and malformed filters [G5, G12]', async () => {
    const bad = ['limit=0', 'limit=101', 'limit=1e1', 'limit=+1', 'limit=01', 'limit=', 'limit=1&limit=2', 'status=bogus', 'status=captured,', 'created_gte=2026-02-30T00:00:00Z', 'created_gte=yesterday', 'business_date=2026-13-01', 'store_id=str_1', 'terminal_id=pay_01JDA0Q5P8F6TBN3X2V7K9M4RE', 'last4=12345', 'amount=-1', 'amount=1.0', 'include=everything', 'brand=x', 'slip_no=%27%3B--', 'clerk=%00', 'status[]=captured', 'nonsense=1', '__proto__=1', 'constructor=1']; // prettier-ignore
    for (const query of bad) {
      const reply = await ask({ url: `/v1/payments?${query}` });
      expect({ query, status: reply.statusCode }).toEqual({ query, status: 400 });
    }
    expect(
      (await list('status=captured,declined&created_gte=2026-11-22T00:00:00%2B09:00&amount=1500&last4=0000')).data,
    ).toEqual([]);
  });

  it('reads one payment, and polls it', async () => {
    const payment = aPayment({ tenantId: TENANT, status: 'processing', final: false });
    payments.rows.push(payment);
    const url = `/v1/payments/${toWireId('pay', payment.id)}`;
    expect((await ask({ url })).json()).toMatchObject({ status: 'processing' });
    payments.next = { status: 'captured', final: true, sequence: 3 };
    expect((await ask({ url: `${url}?wait=25&after_sequence=2` })).json()).toMatchObject({
      status: 'captured',
      sequence: 3,
    });
    for (const query of ['wait=56', 'wait=-1', 'after_sequence=x', 'other=1'])
      expect((await ask({ url: `${url}?${query}` })).statusCode).toBe(400);
  });

  it('answers for a reference that was never seen, and burns it on request', async () => {
    expect((await ask({ url: '/v1/attempts/order-77' })).json()).toMatchObject({
      status: 'never_seen',
      customer_charged: 'unknown',
    });
    const reply = await ask({ method: 'POST', url: '/v1/attempts/order-77/ensure-cancelled' });
    expect([reply.statusCode, reply.json<{ status: string }>().status]).toEqual([202, 'burned']);
  });

  it('lists what is open at a terminal, and nothing of a terminal it cannot see', async () => {
    payments.rows.push(
      aPayment({ tenantId: TENANT, terminalId: TERMINAL, final: false }),
      aPayment({ tenantId: TENANT, terminalId: TERMINAL }),
    );
    const reply = await ask({ url: `/v1/terminals/${toWireId('trm', TERMINAL)}/open-payments` });
    expect(reply.json<List>().data).toHaveLength(1);
    expectProblem(
      await ask({ url: '/v1/terminals/trm_01JDA0Q5P8F6TBN3X2V7K9M4RF/open-payments' }),
      404,
      'resource_missing',
    );
  });
});

describe('the envelope of every request', () => {
  it('stamps every reply, and keeps a sane request id but never a number that may be a card', async () => {
    const reply = await ask({
      url: '/v1/payments',
      headers: { 'request-id': 'till-0001', traceparent: '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01' },
    });
    expect(reply.headers).toMatchObject({
      'request-id': 'till-0001',
      'tsunagu-version': '2026-11-01',
      'cache-control': 'no-store',
      traceparent: expect.any(String),
    });
    expect(reply.headers['x-powered-by']).toBeUndefined();
    expect(reply.headers['etag']).toBeUndefined();
    for (const id of ['4111111111111111', '4111-1111-1111-1111', 'a b', 'x'.repeat(65)]) {
      expect((await ask({ url: '/v1/payments', headers: { 'request-id': id } })).headers['request-id']).toMatch(
        /^req_/,
      );
    }
  });

  it('speaks Japanese unless asked for English', async () => {
    const ja = await ask({ url: '/v1/nowhere' });
    const en = await ask({ url: '/v1/nowhere', headers: { 'accept-language': 'fr, en;q=0.8, ja;q=0.5' } });
    expect([ja.headers['content-language'], ja.json<{ title: string }>().title]).toEqual(['ja', '見つかりません']);
    expect([en.headers['content-language'], en.json<{ title: string }>().title]).toEqual(['en', 'Not found']);
  });

  it('answers every refusal of the transport as a problem [G1, G2]', async () => {
    expectProblem(await ask({ url: '/v1/nowhere' }), 404, 'resource_missing');
    const wrongMethod = await ask({ method: 'PUT', url: '/v1/payments' });
    expectProblem(wrongMethod, 405, 'method_not_allowed');
    expect(wrongMethod.headers['allow']).toBe('GET, HEAD, POST');
    expectProblem(await ask({ url: '/v1/payments', headers: { accept: 'text/html' } }), 406, 'not_acceptable');
    expectProblem(
      await ask({ url: '/v1/payments', headers: { 'tsunagu-version': '2020-01-01' } }),
      400,
      'version_unknown',
    );
    expectProblem(await ask({ url: `/v1/payments?q=${'x'.repeat(4_100)}` }), 414, 'url_too_long');
    expectProblem(await create({ metadata: { big: 'x'.repeat(70_000) } }), 413, 'body_too_large');
    for (const type of [
      'text/plain',
      'application/xml',
      'application/json; charset=shift_jis',
      'application/x-www-form-urlencoded',
      'multipart/form-data',
    ]) {
      expectProblem(await create({}, { 'content-type': type }), 415, 'unsupported_media_type');
    }
    expectProblem(await create({}, { 'content-encoding': 'gzip' }), 415, 'unsupported_media_type');
  });

  it('does not echo what may be a card number in a path [D1]', async () => {
    const reply = await ask({ url: '/v1/payments/4111111111111111' });
    expect(reply.body).not.toContain('4111111111111111');
    expect((await create({ 'pan 4111111111111111': 1 })).body).not.toContain('4111111111111111');
  });

  it('limits a tenant at its quota and says when to come back', async () => {
    const replies: Reply[] = [];
    for (let index = 0; index < 160; index += 1) replies.push(await ask({ url: '/v1/payments', key: 'limited' }));
    const [first] = replies;
    expect(first?.headers['ratelimit-policy']).toBe('"read";q=100;w=1');
    expect(first?.headers['ratelimit']).toMatch(/^"read";r=[0-9]+;t=[0-9]+$/);
    const refused = replies.find(({ statusCode }) => statusCode === 429);
    expect(refused).toBeDefined();
    if (refused === undefined) return;
    expect(expectProblem(refused, 429, 'quota_exceeded')).toMatchObject({
      type: 'https://iana.org/assignments/http-problem-types#quota-exceeded',
      'violated-policies': 'read',
    });
    expect(Number(refused.headers['retry-after'])).toBeGreaterThanOrEqual(1);
    const rescue = await ask({ method: 'POST', url: '/v1/attempts/order-9/ensure-cancelled', key: 'limited' });
    expect(rescue.statusCode).toBe(202);
  });

  it('lets one key have a hundred requests open, and says so when there are more', async () => {
    const replies = await Promise.all(Array.from({ length: 130 }, () => ask({ url: '/v1/payments', key: 'crowded' })));
    const refused = replies.find((reply) => reply.json<{ code?: string }>().code === 'concurrency_exceeded');
    expect(refused?.statusCode).toBe(429);
    expect(refused?.headers['ratelimit-policy']).toContain('"key-concurrency"');
    expect(refused?.json()).toMatchObject({ 'violated-policies': 'key-concurrency', retryable: true });
    expect((await ask({ url: '/v1/attempts/order-9', key: 'crowded' })).statusCode).toBe(200);
  });

  it('limits a terminal also when the head office pays for it', async () => {
    const headers = { 'accept-language': 'en' };
    const tries = [];
    for (let index = 0; index < 4; index += 1)
      tries.push(await ask({ method: 'POST', url: '/v1/payments', body: anOrder(), headers, key: 'busy' }));
    const refused = tries.filter(({ statusCode }) => statusCode === 429);
    expect(refused.length).toBeGreaterThan(0);
    expect(refused[0]?.headers['ratelimit-policy']).toBe('"terminal";q=2;w=1');
  });
});
