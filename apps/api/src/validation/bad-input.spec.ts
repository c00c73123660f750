import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { OpenAPIObject } from '@nestjs/swagger';
import { PublishedDocument } from '../docs/published-document.js';
import { aPayment, type FakePayments } from '../testing/fake-payments.js';
import { anOrder, apiUnderTest, TENANT } from '../testing/api-under-test.js';
import { GUARDED, nameOf, pathOf, sentBody, takesBody } from '../testing/generated-routes.js';

const order = JSON.stringify(anOrder());
const inside = (member: string) => order.replace('{', `{${member},`);
const deep = `${'{"a":'.repeat(9)}1${'}'.repeat(9)}`;
const wide = `{${Array.from({ length: 201 }, (_, index) => `"k${index}":1`).join(',')}}`;

/** The holes of the default stack (security-reliability.md part G), each as a whole body. */
const HOLES: readonly [string, string | Buffer][] = [
  ['no JSON', 'hello'],
  ['a cut body', order.slice(0, -5)],
  ['trailing text', `${order}{}`],
  ['an array at the top', `[${order}]`],
  ['a string at the top', '"x"'],
  ['null at the top', 'null'],
  ['a number at the top', '5'],
  ['nine levels', deep],
  ['ten thousand brackets', '['.repeat(10_000)],
  ['201 keys', wide],
  ['a key twice', inside('"kind":"sale"')],
  ['a key twice by escape', inside('"k\\u0069nd":"sale"')],
  ['__proto__', inside('"__proto__":{"polluted":1}')],
  ['constructor', inside('"constructor":{"prototype":{"polluted":1}}')],
  ['a NUL in a string', inside('"clerk":"a\\u0000b"')],
  ['a raw control character', inside('"clerk":"a\u0001b"')],
  ['a lone surrogate', inside('"clerk":"\\ud800"')],
  ['a byte order mark', `\ufeff${order}`],
  ['invalid UTF-8', Buffer.from([0x7b, 0x22, 0xff, 0xfe, 0x22, 0x3a, 0x31, 0x7d])],
  ['1e308', '{"money":{"amount":1e308,"currency":"JPY"}}'],
  ['a huge number', `{"money":{"amount":${'9'.repeat(400)},"currency":"JPY"}}`],
  ['a fraction', '{"money":{"amount":1500.5,"currency":"JPY"}}'],
  ['a negative amount', '{"money":{"amount":-1500,"currency":"JPY"}}'],
  ['an amount as text', '{"money":{"amount":"1500","currency":"JPY"}}'],
  ['an amount as a flag', '{"money":{"amount":true,"currency":"JPY"}}'],
  ['an array for an object', '{"money":[{"amount":1500,"currency":"JPY"}]}'],
  ['an empty array for an object', '{"money":[]}'],
  ['a text for an object', '{"money":"1500 JPY"}'],
  ['null for an object', '{"money":null}'],
  ['an object for a text', '{"kind":{"toString":"sale"}}'],
  ['an array for a text', '{"kind":["sale"]}'],
  ['a currency that is a method of objects', '{"money":{"amount":1,"currency":"toString"}}'],
  ['fields of the server', '{"tenant_id":"ten_1","status":"captured","fee":0,"id":"pay_1"}'],
  ['SQL', `{"kind":"'; drop table payment; --"}`],
  ['a number that is no number', '{"money":{"amount":NaN,"currency":"JPY"}}'],
  ['a comment', `/* x */${order}`],
  ['a megabyte of bait for a regex', `{"kind":"${'a'.repeat(60_000)}!"}`],
  ['more than 64 KB', `{"kind":"${'a'.repeat(70_000)}"}`],
];

let app: NestFastifyApplication;
let payments: FakePayments;
let logged: string[];
let document: OpenAPIObject;
const payment = aPayment({ tenantId: TENANT });

beforeAll(async () => {
  ({ app, payments, logged } = await apiUnderTest());
  document = app.get(PublishedDocument).get();
});
afterAll(() => app.close());

describe.each(GUARDED.filter(takesBody).map((route) => [nameOf(route), route] as const))('%s', (_name, route) => {
  it.each(HOLES)('refuses %s [A12, E6, G2, G3, G4, G6, G12]', async (_, payload) => {
    payments.rows.splice(0, payments.rows.length, payment);
    payments.orders.length = 0;
    const headers = { authorization: 'Bearer all', 'idempotency-key': 'k1', 'content-type': 'application/json' };
    const reply = await app.inject({
      method: route.method as 'POST',
      url: pathOf(document, route, payment.id),
      headers,
      payload,
    });
    expect(reply.headers['content-type']).toContain('application/problem+json');
    expect([400, 413]).toContain(reply.statusCode);
    expect(payments.orders).toEqual([]);
    expect(payments.rows).toEqual([payment]);
    expect(({} as Record<string, unknown>)['polluted']).toBeUndefined();
  });
});

/** Queries that mean two things, reach a prototype, or are no value at all. */
const QUERIES = ['nonsense=1', '__proto__=1', 'constructor=1', 'limit=1&limit=2', 'limit=1e308', 'limit=-0', 'limit[]=1', 'cursor=%00', 'cursor=AAAA', `cursor=${'a'.repeat(300)}`, 'q=%F0%9F%92%A9%00', 'status=', 'wait=NaN', `fields=${'a,'.repeat(190)}`, 'expand=__proto__', "sort=1%3Bdrop table payment"]; // prettier-ignore

describe.each(GUARDED.map((route) => [nameOf(route), route] as const))('%s', (_name, route) => {
  const headers = { authorization: 'Bearer all', 'idempotency-key': 'k1' };

  it('refuses every bad query, and has not moved anything [G5, G12]', async () => {
    payments.rows.splice(0, payments.rows.length, payment);
    payments.orders.length = 0;
    for (const query of QUERIES) {
      const url = `${pathOf(document, route, payment.id)}?${query.replaceAll(' ', '%20')}`;
      const sent = sentBody(document, route);
      const all = { ...headers, ...sent.headers };
      const reply = await app.inject({ method: route.method as 'GET', url, headers: all, payload: sent.payload });
      expect({ query, status: reply.statusCode }).toEqual({ query, status: expect.toSatisfy(isRefusal) });
    }
    expect([payments.orders, payments.rows]).toEqual([[], [payment]]);
  });

  it('refuses every id that cannot be one [G5]', async () => {
    if (!route.path.includes(':')) return;
    const names = /:[a-z_]+/g;
    for (const id of [
      '%20',
      'x'.repeat(250),
      '%00',
      '..%2f..%2fetc',
      "'%3B--",
      '0193a1c2-7f10-7c3e-9b1a-5d2e8f4a6b01%0a',
    ]) {
      const url = route.path.replaceAll(names, id);
      const reply = await app.inject({
        method: route.method as 'GET',
        url,
        headers,
        payload: takesBody(route) ? {} : undefined,
      });
      expect({ id, status: reply.statusCode }).toEqual({ id, status: expect.toSatisfy(isRefusal) });
    }
  });
});

function isRefusal(status: number): boolean {
  return status >= 400 && status < 500;
}

it('has written no error of ours into the log for any of them', () => {
  expect(logged.filter((line) => line.includes('request failed'))).toEqual([]);
});

describe('paths', () => {
  const bad = ['pay_', 'pay_x', 'str_01JDA0Q5P8F6TBN3X2V7K9M4RE', 'pay_01JDA0Q5P8F6TBN3X2V7K9M4RU', 'pay_91JDA0Q5P8F6TBN3X2V7K9M4RE', '..%2f..%2fetc', '%00', "'%3B--", 'x'.repeat(250), '0193a1c2-7f10-7c3e-9b1a-5d2e8f4a6b01']; // prettier-ignore

  it('answer 404 for an id that cannot be one [G5]', async () => {
    for (const id of bad) {
      const reply = await app.inject({ url: `/v1/payments/${id}`, headers: { authorization: 'Bearer all' } });
      expect({ id, code: reply.json<{ code: string }>().code }).toEqual({ id, code: 'resource_missing' });
    }
  });

  it('answer 404 for a reference that no payment can have [G5]', async () => {
    for (const reference of ['%2e%2e%2fx', 'a%20b', 'x'.repeat(65), '%E2%80%AE']) {
      const reply = await app.inject({ url: `/v1/attempts/${reference}`, headers: { authorization: 'Bearer all' } });
      expect({ reference, status: reply.statusCode }).toEqual({ reference, status: 404 });
    }
  });
});
