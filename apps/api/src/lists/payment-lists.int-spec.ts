import { randomUUID } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../../../test/kit/database.js';
import { ApiHouse, type Json } from '../testing/api-house.js';

let house: ApiHouse;
const made: string[] = [];
const reference = randomUUID();
beforeAll(async () => {
  house = await ApiHouse.start(testDatabase(), 2);
  for (let index = 1; index <= 5; index += 1) {
    const change = { money: { amount: 100 * index, currency: 'JPY' }, slip_no: `S-0${index}`, clerk: `Clerk ${index}` };
    const unique = index === 3 ? { client_reference: reference } : {};
    made.push(String((await house.pay({ ...change, ...unique }))['id']));
  }
}, 90_000);
afterAll(() => house.stop(), 60_000);

const ids = (body: Json) => (body['data'] as Json[]).map(({ id }) => id);
const list = async (query: string, node = 0) => (await house.ask(`/v1/payments?${query}`, { node })).body;

describe('the list of payments', () => {
  it('walks from both ends, forward and back, by a cursor that another process wrote', async () => {
    const walks: readonly (readonly [string, string[]])[] = [
      ['limit=2', made.toReversed()],
      ['limit=2&sort=-created_at', made.toReversed()],
      ['limit=2&sort=created_at', made],
    ];
    for (const [query, order] of walks) {
      const first = await list(query, 0);
      const second = await list(`${query}&cursor=${String(first['next_cursor'])}`, 1);
      const third = await list(`${query}&cursor=${String(second['next_cursor'])}`, 0);
      expect([...ids(first), ...ids(second), ...ids(third)]).toEqual(order);
      expect([first['prev_cursor'], third['next_cursor'], third['has_more']]).toEqual([null, null, false]);
      const back = await list(`${query}&cursor=${String(third['prev_cursor'])}`, 1);
      expect(ids(back)).toEqual(ids(second));
      expect(ids(await list(`${query}&cursor=${String(back['prev_cursor'])}`))).toEqual(ids(first));
    }
  });

  it('walks the open payments of a terminal, for its own node alone', async () => {
    const terminal = house.terminalId();
    const open = async (query: string) => (await house.ask(`/v1/terminals/${terminal}/open-payments${query}`)).body;
    const first = await open('?limit=2');
    const second = await open(`?limit=2&cursor=${String(first['next_cursor'])}`);
    const third = await open(`?limit=2&cursor=${String(second['next_cursor'])}`);
    expect([...ids(first), ...ids(second), ...ids(third)]).toEqual(made.toReversed());
    expect([first['has_more'], third['has_more'], third['next_cursor']]).toEqual([true, false, null]);
    expect(ids(await open(`?limit=2&cursor=${String(third['prev_cursor'])}`))).toEqual(ids(second));
    expect(ids(await open(''))).toEqual(made.toReversed());
    const other = await house.ask(`/v1/terminals/${terminal}/open-payments`, { key: house.tenant(1).apiKey });
    expect([other.status, other.body['code']]).toEqual([404, 'resource_missing']);
  });

  it('keeps a cursor to its order, its filters and its key', async () => {
    const cursor = String((await list('limit=2'))['next_cursor']);
    for (const query of [`limit=2&sort=created_at&cursor=${cursor}`, `limit=2&q=S&cursor=${cursor}`]) {
      const reply = await house.ask(`/v1/payments?${query}`);
      expect([reply.status, reply.body['code']]).toEqual([400, 'cursor_invalid']);
    }
    const other = await house.ask(`/v1/payments?limit=2&cursor=${cursor}`, { key: house.tenant(1).apiKey });
    expect(other.body['code']).toBe('cursor_invalid');
  });

  it.each([
    ['q=s-03', [2]],
    ['q=clerk%205', [4]],
    [`q=${reference.slice(0, 20)}`, [2]],
    ['q=0000', [4, 3, 2, 1, 0]],
    ['q=%25', []],
    [`client_reference=${reference}`, [2]],
    ['slip_no=S-02', [1]],
    ['clerk=Clerk%204', [3]],
    ['amount=400', [3]],
    ['brand=jcb&last4=0000&status=processing,captured', [4, 3, 2, 1, 0]],
    ['brand=visa', []],
    ['approval_code=000000', []],
    ['created_lt=2020-01-01T00:00:00Z', []],
    ['business_date=2020-01-01', []],
  ])('filters by %s', async (query, expected) => {
    const reply = await house.ask(`/v1/payments?${query}`);
    if (query === 'q=%25') return expect(reply.status).toBe(400); // no wild cards, and nothing that looks like one
    expect(ids(reply.body)).toEqual(expected.map((index) => made[index]));
  });

  it('counts only when it is asked to, and finds nothing of another store', async () => {
    expect((await list('limit=1'))['total']).toBeNull();
    expect(await list('limit=1&include=total')).toMatchObject({ total: 5, total_capped: false });
    const till = await house.ask('/v1/payments?include=total', { key: house.terminal(0, 1).apiKey });
    expect(till.body).toMatchObject({ data: [], total: 0 });
  });

  it('answers the named fields only, and refuses names that no payment has', async () => {
    const reply = await fetch(house.url('/v1/payments?limit=1&fields=status,money'), {
      headers: { authorization: `Bearer ${house.tenant(0).apiKey}` },
    });
    const [row] = ((await reply.json()) as { data: Json[] }).data;
    expect(Object.keys(row ?? {}).sort()).toEqual(['id', 'money', 'object', 'status']);
    for (const query of ['fields=tenant_id', 'fields=status,', 'expand=tenant', 'sort=amount', `q=${'x'.repeat(65)}`])
      expect({ query, status: (await house.ask(`/v1/payments?${query}`)).status }).toEqual({ query, status: 400 });
    expect((await house.ask('/v1/payments?limit=1&expand=refunds,attempts')).status).toBe(200);
  });
});

describe('the slip of a payment', () => {
  it('is an original once, whichever process is asked, and a reprint ever after; the till of another store has none', async () => {
    const path = `/v1/payments/${made[0]}/receipt`;
    const first = (await house.ask(path, { node: 0 })).body;
    expect(first).toMatchObject({ kind: 'unknown', print: 1, reprint: false });
    expect((await house.ask(path, { node: 1 })).body).toMatchObject({ print: 2, reprint: true });
    expect((await house.ask(`${path}?print=1`, { node: 1 })).body).toMatchObject({ text: first['text'] });
    expect((await house.ask(path, { key: house.terminal(0).apiKey })).status).toBe(200);
    expect((await house.ask(path, { key: house.terminal(0, 1).apiKey })).status).toBe(404);
    const file = await fetch(house.url(String(first['pdf_url'])), {
      headers: { authorization: `Bearer ${house.tenant(0).apiKey}`, accept: 'application/pdf' },
    });
    expect([
      file.status,
      Buffer.from(await file.arrayBuffer())
        .subarray(0, 5)
        .toString(),
    ]).toEqual([200, '%PDF-']);
  });
});
