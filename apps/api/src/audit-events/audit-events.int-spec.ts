import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../test/kit/database.js';
import { ApiHouse, type Json } from '../testing/api-house.js';

let database: TestDatabase;
let house: ApiHouse;
beforeAll(async () => {
  database = await testDatabase();
  house = await ApiHouse.start(Promise.resolve(database));
}, 90_000);
afterAll(() => house.stop(), 60_000);

const HOOK = 'http://127.0.0.1:9/hook';
const other = () => house.tenant(1).apiKey;
const changes = async (query = '', key?: string): Promise<Json[]> => {
  const { body } = await house.ask(`/v1/audit-events?limit=100${query}`, { key });
  return (body['data'] as Json[]).filter(({ operation }) => operation !== 'audit_log.read');
};
const own = () => `key_${house.tenant(0).apiKey.split('_')[2]!}`;

describe('who changed what [D5, D6]', () => {
  it('tells each change of an API key with its state before and after, and never the key', async () => {
    const made = await house.ask('/v1/api-keys', { body: { name: 'till 7', scopes: ['payments:read'] } });
    const id = String(made.body['id']);
    const rotated = await house.ask(`/v1/api-keys/${id}/rotate`, { body: { overlap_seconds: 60 } });
    const revoked = await house.ask(`/v1/api-keys/${id}`, { method: 'DELETE' });
    await house.ask(`/v1/api-keys/${id}`, { method: 'DELETE' }); // changes nothing, and is no change
    const entries = await changes(`&object_id=${id}`);
    expect(entries.map(({ operation }) => operation)).toEqual([
      'api_key.revoked',
      'api_key.rotated',
      'api_key.created',
    ]);
    const [ended, replaced, begun] = entries as [Json, Json, Json];
    expect(begun).toMatchObject({ actor: own(), before: null, after: { name: 'till 7', scopes: ['payments:read'] } });
    expect(replaced).toMatchObject({ before: { expires_at: null }, after: { expires_at: expect.any(String) } });
    expect(ended).toMatchObject({
      request_id: revoked.headers.get('request-id'),
      before: { revoked_at: null },
      after: { revoked_at: expect.any(String) },
    });
    const successor = await changes(`&object_id=${String(rotated.body['id'])}`);
    expect(successor).toMatchObject([{ operation: 'api_key.created', after: { replaces: id } }]);
    for (const answer of [made, rotated]) {
      const secret = String(answer.body['key']).split('_').at(-1)!;
      expect(JSON.stringify(entries)).not.toContain(secret);
    }
  });

  it('tells each change of a webhook endpoint, and never its secret', async () => {
    const set = await house.ask('/v1/webhook-endpoints', { body: { url: HOOK } });
    const id = String(set.body['id']);
    const rotated = await house.ask(`/v1/webhook-endpoints/${id}/rotate-secret`, { method: 'POST', body: {} });
    await house.ask(`/v1/webhook-endpoints/${id}`, { method: 'PATCH', body: { enabled: false } });
    const entries = await changes(`&object_id=${id}`);
    expect(entries.map(({ operation, before, after }) => [operation, before, after])).toEqual([
      [
        'webhook_endpoint.updated',
        { url: HOOK, types: null, status: 'enabled' },
        { url: HOOK, types: null, status: 'disabled' },
      ],
      [
        'webhook_endpoint.secret_rotated',
        { url: HOOK, types: null, status: 'enabled' },
        { url: HOOK, types: null, status: 'enabled' },
      ],
      ['webhook_endpoint.created', null, { url: HOOK, types: null, status: 'enabled' }],
    ]);
    expect(JSON.stringify(entries)).not.toContain(String(rotated.body['secret']));
  });

  it('is filtered, paged, and nothing of another tenant or for a key of one till [E1]', async () => {
    expect(await changes('', other())).toEqual([]);
    const all = await changes();
    expect(await changes(`&object_id=${String(all[0]!['object_id'])}`, other())).toEqual([]);
    expect(await changes(`&actor=${own()}`)).toHaveLength(all.length);
    const revocations = await changes('&operation=api_key.revoked');
    expect(revocations.map(({ operation }) => operation)).toEqual(['api_key.revoked']);
    expect(await changes('&created_lt=2020-01-01T00:00:00Z')).toEqual([]);
    const filter = 'operation=api_key.created,api_key.rotated,api_key.revoked&limit=2';
    const first = await house.ask(`/v1/audit-events?${filter}`);
    const second = await house.ask(`/v1/audit-events?${filter}&cursor=${String(first.body['next_cursor'])}`);
    const pages = [first, second].flatMap(({ body }) => (body['data'] as Json[]).map(({ id }) => id));
    expect(pages).toEqual(all.filter(({ operation }) => String(operation).startsWith('api_key')).map(({ id }) => id));
    const back = await house.ask(`/v1/audit-events?${filter}&cursor=${String(second.body['prev_cursor'])}`);
    expect((back.body['data'] as Json[]).map(({ id }) => id)).toEqual(pages.slice(0, 2));
    const till = await house.ask('/v1/audit-events', { key: house.terminal(0).apiKey });
    expect([till.status, till.body['code']]).toEqual([403, 'permission_denied']);
  });

  it('writes down who read it', async () => {
    await house.ask('/v1/audit-events', { key: other() });
    const { body } = await house.ask('/v1/audit-events?operation=audit_log.read&limit=1', { key: other() });
    expect(body['data']).toMatchObject([{ actor: `key_${other().split('_')[2]!}`, object_id: null }]);
  });

  it('cannot be changed or deleted by the process that writes it', async () => {
    const client = new pg.Client({ connectionString: database.url('gateway') });
    await client.connect();
    for (const text of [
      'update gateway.audit_entry set operation = $1',
      'delete from gateway.audit_entry where operation = $1',
    ])
      await expect(client.query(text, ['a.b'])).rejects.toThrow('permission denied');
    await client.end();
  });

  it('has no change without its entry: when the entry cannot be written, nothing is changed', async () => {
    const admin = new pg.Client({ connectionString: database.adminUrl });
    await admin.connect();
    await admin.query('revoke insert on gateway.audit_entry from tsunagu_gateway');
    const before = await admin.query('select count(*)::int as n from gateway.api_key');
    const refused = await house.ask('/v1/api-keys', { body: { name: 'unseen', scopes: ['payments:read'] } });
    const moved = await house.ask('/v1/webhook-endpoints', { body: { url: `${HOOK}/2` } });
    expect([refused.status, moved.status]).toEqual([500, 500]);
    expect((await admin.query('select count(*)::int as n from gateway.api_key')).rows).toEqual(before.rows);
    expect((await admin.query('select 1 from gateway.webhook_endpoint where url = $1', [`${HOOK}/2`])).rows).toEqual(
      [],
    );
    await admin.query('grant insert on gateway.audit_entry to tsunagu_gateway');
    await admin.end();
  });
});
