import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import { newId, toWireId } from '@tsunagu/kernel';
import { PublishedDocument } from '../docs/published-document.js';
import { apiUnderTest } from '../testing/api-under-test.js';
import { AT } from '../testing/fake-payments.js';
import { replyErrors } from '../testing/schema-check.js';

type Json = Record<string, unknown>;

const HOOK = 'https://merchant.example/hook';
const PATH = '/v1/webhook-endpoints';
let app: NestFastifyApplication;

beforeAll(async () => {
  ({ app } = await apiUnderTest());
});
afterAll(() => app.close());

async function ask(method: 'GET' | 'POST' | 'PATCH', url: string, body?: unknown, key = 'all') {
  const reply = await app.inject({
    method,
    url,
    headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    payload: body === undefined ? undefined : JSON.stringify(body),
  });
  const answer = { status: reply.statusCode, body: reply.json<Json>() };
  expect(replyErrors(app.get(PublishedDocument).get(), { method, path: url }, answer)).toEqual([]);
  return answer;
}

describe('the webhook endpoint of a tenant', () => {
  it('shows its secret once, and again only when a new one is asked for', async () => {
    expect((await ask('GET', PATH)).body['data']).toEqual([]);
    const made = await ask('POST', PATH, { url: HOOK });
    expect([made.status, made.body]).toEqual([201, expect.objectContaining({ enabled: true, url: HOOK })]);
    expect(made.body['secret']).toMatch(/^whsec_/);
    const moved = await ask('POST', PATH, { url: `${HOOK}/2` });
    expect([moved.status, moved.body['secret'], moved.body['id']]).toEqual([200, null, made.body['id']]);
    const rotated = await ask('POST', PATH, { url: HOOK, rotate_secret: true });
    expect([rotated.status, rotated.body['secret']]).toEqual([200, expect.stringMatching(/^whsec_/)]);
    const [listed] = (await ask('GET', PATH)).body['data'] as Json[];
    expect(listed).toEqual({
      object: 'webhook_endpoint',
      id: made.body['id'],
      url: HOOK,
      enabled: true,
      types: null,
      former_secret_until: null,
      api_version: '2026-11-01',
    });
  });

  it('changes what is named and leaves the rest', async () => {
    const { body: endpoint } = await ask('POST', PATH, { url: HOOK });
    const path = `${PATH}/${String(endpoint['id'])}`;
    expect((await ask('PATCH', path, { enabled: false })).body).toMatchObject({ url: HOOK, enabled: false });
    expect((await ask('PATCH', path, { url: `${HOOK}/3` })).body).toMatchObject({ url: `${HOOK}/3`, enabled: false });
    expect((await ask('PATCH', path, {})).body).toMatchObject({ url: `${HOOK}/3`, enabled: false });
    expect((await ask('PATCH', path, { enabled: false }, 'other')).status).toBe(404);
    expect((await ask('PATCH', `${PATH}/${toWireId('whe', newId(AT))}`, {})).body['code']).toBe('resource_missing');
  });

  it('is nothing for a key of one store: the endpoint hears of all of them', async () => {
    const { body: endpoint } = await ask('POST', PATH, { url: HOOK });
    const tries = [
      ask('GET', PATH, undefined, 'store'),
      ask('POST', PATH, { url: HOOK }, 'store'),
      ask('PATCH', `${PATH}/${String(endpoint['id'])}`, { enabled: false }, 'store'),
    ];
    for (const reply of await Promise.all(tries)) {
      expect([reply.status, reply.body['code']]).toEqual([403, 'permission_denied']);
    }
    expect(((await ask('GET', PATH)).body['data'] as Json[])[0]).toMatchObject({ enabled: true });
  });

  it.each([
    ['no URL', {}, 400, 'parameter_missing'],
    ['a URL that is no text', { url: 1 }, 400, 'parameter_invalid'],
    ['null', { url: null }, 400, 'parameter_invalid'],
    ['a URL with a space', { url: 'https://a b.example' }, 400, 'parameter_invalid'],
    ['a URL of 2,001 characters', { url: `https://a.example/${'x'.repeat(1_983)}` }, 400, 'parameter_invalid'],
    ['a card number in the URL', { url: 'https://a.example/4111111111111111' }, 400, 'metadata_contains_pan'],
    ['a flag that is a text', { url: HOOK, rotate_secret: 'yes' }, 400, 'parameter_invalid'],
    ['a secret of the caller', { url: HOOK, secret: 'x' }, 400, 'unknown_parameter'],
    ['a URL that leads inside', { url: 'https://db.internal/' }, 422, 'url_not_allowed'],
  ])('refuses %s', async (_, body, status, code) => {
    const reply = await ask('POST', PATH, body);
    expect([reply.status, reply.body['code']]).toEqual([status, code]);
  });

  it('refuses to move to a URL that leads inside', async () => {
    const { body: endpoint } = await ask('POST', PATH, { url: HOOK });
    const reply = await ask('PATCH', `${PATH}/${String(endpoint['id'])}`, { url: 'https://db.internal/' });
    expect([reply.status, reply.body['code']]).toEqual([422, 'url_not_allowed']);
    expect(((await ask('GET', PATH)).body['data'] as Json[])[0]).toMatchObject({ url: HOOK });
  });
});
