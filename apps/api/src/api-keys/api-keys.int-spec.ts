import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { randomUUID } from 'node:crypto';
import { newId, toWireId } from '@tsunagu/kernel';
import { ApiKeys, LastUses } from '@tsunagu/merchants';
import { sql, Transactions } from '@tsunagu/platform';
import { testDatabase } from '../../../../test/kit/database.js';
import { ApiHouse, type Json } from '../testing/api-house.js';

let house: ApiHouse;
beforeAll(async () => void (house = await ApiHouse.start(testDatabase(), 2)), 90_000);
afterAll(() => house.stop(), 60_000);

const PATH = '/v1/api-keys';
const SCOPES = ['payments:read', 'api_keys:read', 'api_keys:write'];
const make = (change: Json = {}, key?: string) =>
  house.ask(PATH, { key, body: { name: 'spec', scopes: SCOPES, ...change } });
const made = async (change: Json = {}, key?: string) => {
  const reply = await make(change, key);
  expect({ status: reply.status, code: reply.body['code'] }).toEqual({ status: 201, code: undefined });
  return reply.body as { id: string; key: string } & Json;
};
const statusOf = async (key: string, node = 0) => (await house.ask('/v1/payments?limit=1', { key, node })).status;

describe('keys that a tenant makes for itself', () => {
  it('are shown once, can do what was asked, and name who made them [F2]', async () => {
    const { key, ...shown } = await made({ expires_at: '2030-01-01T00:00:00+09:00' });
    expect(key).toMatch(/^tsk_test_/);
    expect(shown).toMatchObject({
      status: 'active',
      scopes: SCOPES,
      expires_at: '2029-12-31T15:00:00.000Z',
      last_used_at: null,
    });
    expect(await statusOf(key, 1)).toBe(200);
    expect((await house.ask('/v1/events', { key })).body).toMatchObject({
      code: 'permission_denied',
      permission: 'events:read',
    });
    const again = await house.ask(`${PATH}/${shown.id}`);
    expect(again.body).toEqual(shown);
    expect(JSON.stringify((await house.ask(`${PATH}?limit=100`)).body)).not.toContain(key.split('_')[3]);
  });

  it('hold no more than the key that asked: scopes, node, addresses, end [E5]', async () => {
    const modest = await made({ allowed_ips: ['127.0.0.0/8'], expires_at: '2030-01-01T00:00:00Z' });
    const wider: readonly [Json, string][] = [
      [{ scopes: [...SCOPES, 'refunds:write'] }, 'refunds:write'],
      [{ allowed_ips: ['0.0.0.0/0'] }, 'allowed_ips'],
      [{ allowed_ips: ['127.0.0.1', '::1'] }, 'allowed_ips'],
      [{ expires_at: '2030-01-01T00:00:01Z' }, 'expires_at'],
    ];
    for (const [change, permission] of wider) {
      const { status, body } = await make(change, modest.key);
      expect({ change, status, permission: body['permission'] }).toEqual({ change, status: 403, permission });
    }
    const heir = await made({}, modest.key);
    expect(heir).toMatchObject({
      allowed_ips: ['127.0.0.0/8'],
      expires_at: '2030-01-01T00:00:00.000Z',
      created_by: modest.id,
    });
    // Whoever may rotate must hold as much as the key that is replaced: else its successor would be a gift.
    const { body: mine } = await house.ask(`${PATH}?limit=100`);
    const owner = (mine['data'] as Json[]).find(({ name }) => name === 'sandbox: head office');
    const stolen = await house.ask(`${PATH}/${String(owner?.['id'])}/rotate`, { key: modest.key, body: {} });
    expect([stolen.status, stolen.body['code']]).toEqual([403, 'permission_denied']);
  });

  it('stay within the node of the key that asked [E5]', async () => {
    const [ginza, umeda] = house.tenant(0).stores.map(({ id }) => toWireId('str', id));
    const till = house.terminalId(0, 0);
    const store = await made({ store_id: ginza });
    expect(store).toMatchObject({ store_id: ginza, terminal_id: null });
    expect(await made({}, store.key)).toMatchObject({ store_id: ginza });
    expect(await made({ terminal_id: till }, store.key)).toMatchObject({ store_id: ginza, terminal_id: till });
    const elsewhere = [
      { store_id: umeda },
      { terminal_id: house.terminalId(0, 1) },
      { store_id: toWireId('str', house.tenant(1).stores[0]!.id) },
    ];
    for (const change of elsewhere) expect((await make(change, store.key)).status).toBe(404);
    const whole = await made();
    for (const [method, path] of [
      ['GET', ''],
      ['DELETE', ''],
      ['POST', '/rotate'],
    ] as const) {
      const reply = await house.ask(`${PATH}/${whole.id}${path}`, {
        key: store.key,
        method,
        body: method === 'POST' ? {} : undefined,
      });
      expect([path, reply.status]).toEqual([path, 404]);
    }
    const ids = ((await house.ask(`${PATH}?limit=100`, { key: store.key })).body['data'] as Json[]).map(
      ({ store_id: id }) => id,
    );
    expect(new Set(ids)).toEqual(new Set([ginza]));
  });

  it('are refused on every process within five seconds after they were revoked, for ever [F2]', async () => {
    const { id, key } = await made();
    expect([await statusOf(key, 0), await statusOf(key, 1)]).toEqual([200, 200]);
    const gone = await house.ask(`${PATH}/${id}`, { method: 'DELETE' });
    expect(gone.body).toMatchObject({ status: 'revoked', revoked_at: expect.any(String) });
    expect(await statusOf(key, 0)).toBe(401);
    await expect.poll(() => statusOf(key, 1), { timeout: 5_000, interval: 250 }).toBe(401);
    expect((await house.ask(`${PATH}/${id}`, { method: 'DELETE' })).body).toEqual(gone.body);
    const rotated = await house.ask(`${PATH}/${id}/rotate`, { body: {} });
    expect([rotated.status, rotated.body['code'], rotated.body['current_status']]).toEqual([
      409,
      'state_conflict',
      'revoked',
    ]);
  }, 15_000);

  it('are replaced with an overlap in which both work, and without one when that is wanted [F2]', async () => {
    const old = await made({ allowed_ips: ['127.0.0.1'] });
    const next = await house.ask(`${PATH}/${old.id}/rotate`, { body: { overlap_seconds: 3_600 } });
    expect(next.body).toMatchObject({
      replaces: old.id,
      scopes: SCOPES,
      allowed_ips: ['127.0.0.1/32'],
      expires_at: null,
    });
    expect([await statusOf(old.key), await statusOf(String(next.body['key']))]).toEqual([200, 200]);
    const ending = (await house.ask(`${PATH}/${old.id}`)).body;
    expect(Date.parse(String(ending['expires_at'])) - Date.now()).toBeLessThanOrEqual(3_600_000);
    const last = await house.ask(`${PATH}/${String(next.body['id'])}/rotate`, { body: { overlap_seconds: 0 } });
    const former = await house.ask('/v1/payments', { key: String(next.body['key']) });
    expect([former.status, former.body['code']]).toEqual([401, 'api_key_expired']);
    expect(await statusOf(String(last.body['key']))).toBe(200);
    for (const overlap of [-1, 604_801, 1.5, '60'])
      expect((await house.ask(`${PATH}/${old.id}/rotate`, { body: { overlap_seconds: overlap } })).status).toBe(400);
  });

  it('work from their addresses only, whatever a header says [F2] [F4]', async () => {
    const { key } = await made({ allowed_ips: ['203.0.113.0/24'] });
    const disguises: Record<string, string>[] = [
      {},
      { 'x-forwarded-for': '203.0.113.9' },
      { forwarded: 'for=203.0.113.9' },
      { 'x-real-ip': '203.0.113.9' },
    ];
    for (const headers of disguises) {
      const reply = await house.ask('/v1/payments', { key, headers });
      expect([reply.status, reply.body['code']]).toEqual([403, 'ip_not_allowed']);
    }
    expect(await statusOf((await made({ allowed_ips: ['127.0.0.0/8', '::1'] })).key)).toBe(200);
  });

  it('tell when they were last used, written in one statement for many requests [F2]', async () => {
    const { id, key } = await made();
    await Promise.all(Array.from({ length: 20 }, () => statusOf(key)));
    expect((await house.ask(`${PATH}/${id}`)).body['last_used_at']).toBeNull();
    await Promise.all([house.get(LastUses, 0).flush(), house.get(LastUses, 1).flush()]);
    const { last_used_at: at } = (await house.ask(`${PATH}/${id}`)).body;
    expect(Math.abs(Date.parse(String(at)) - Date.now())).toBeLessThan(60_000);
  });

  it.each([
    ['no scopes', { scopes: [] }],
    ['a scope that nobody knows', { scopes: ['everything'] }],
    ['a scope as a text', { scopes: 'payments:read' }],
    ['a network that is none', { allowed_ips: ['10.0.0.0/40'] }],
    ['no network at all', { allowed_ips: [] }],
    ['a date that does not exist', { expires_at: '2030-02-30T00:00:00Z' }],
    ['a name with a tag', { name: '<img src=x>' }],
    ['a mode', { mode: 'live' }],
    ['a tenant', { tenant_id: 'ten_1' }],
    ['a digest', { digest: 'x' }],
  ])('are refused with %s', async (_, change) => {
    expect((await make(change)).status).toBe(400);
  });
});

describe('test and live', () => {
  it('are two houses: a live key opens nothing here, and a tenant of one kind has no key of the other [E9] [B2]', async () => {
    const live = newId(new Date());
    const transactions = house.get(Transactions);
    const tenant = sql(
      'spec_live_tenant',
      `insert into gateway.tenant (tenant_id, id, name, mode) values ($1, $1, 'live', 'live')`,
    );
    await transactions.run({ tenantId: live }, (tx) => tx.query(tenant, [live]));
    const keys = house.get(ApiKeys);
    const { key } = await keys.issue({ tenantId: live }, { mode: 'live', scopes: ['payments:read'] });
    const reply = await house.ask('/v1/payments', { key });
    expect([reply.status, reply.body['code']]).toEqual([401, 'api_key_invalid']);
    await expect(keys.issue({ tenantId: live }, { mode: 'test', scopes: ['payments:read'] })).rejects.toThrow();
    await expect(keys.issue({ tenantId: house.tenant(0).id }, { mode: 'live', scopes: [] })).rejects.toThrow();
  });

  it('keep the idempotency keys of tenants apart [B2]', async () => {
    const intent = randomUUID();
    const headers = { 'idempotency-key': intent };
    const mine = await house.pay({}, { headers });
    const theirs = await house.pay({ terminal_id: house.terminalId(1) }, { key: house.tenant(1).apiKey, headers });
    expect(theirs['id']).toBeDefined();
    expect(theirs['id']).not.toBe(mine['id']);
  });
});
