import { randomUUID } from 'node:crypto';
import { VAULT_ROUTES, type TokenChange, type TokenView } from '@tsunagu/contracts';
import { newId, toWireId } from '@tsunagu/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../../../test/kit/database.js';
import { ApiHouse } from '../testing/api-house.js';
import { TokenEventFeed } from './token-event-feed.js';

type Doors = Readonly<Record<string, (body: Record<string, unknown>) => unknown>>;

let house: ApiHouse;
/** What the vault is asked, and what it has not been told is done. */
const asked: { path: string; body: Record<string, unknown> }[] = [];
let untold: TokenChange[] = [];
let loseConfirmations = false;

const AT = '2026-11-23T01:02:03.000Z';
const TOKEN: TokenView = {
  id: newId(new Date(AT)),
  state: 'active',
  uses: 'multi',
  card: { brand: 'jcb', bin6: '353011', last4: '0000', expMonth: 8, expYear: 2029, funding: 'credit', country: 'JP', issuerName: null },
  par: null,
  networkTokens: [{ network: 'jcb', reference: 'D1', last4: null, state: 'suspended' }],
  createdAt: AT,
  updatedAt: AT,
  revokedAt: null,
}; // prettier-ignore

const doors: Doors = {
  [VAULT_ROUTES.tokenRead]: () => TOKEN,
  [VAULT_ROUTES.tokenList]: () => ({ data: [TOKEN], hasMore: true }),
  [VAULT_ROUTES.tokenUpdate]: () => ({ ...TOKEN, card: { ...TOKEN.card, expYear: 2031 } }),
  [VAULT_ROUTES.tokenRevoke]: () => ({ ...TOKEN, state: 'revoked', revokedAt: AT }),
  [VAULT_ROUTES.tokenTrail]: () => ({
    data: [{ id: TOKEN.id, at: AT, operation: 'reveal', result: 'sales_file', requestId: 'req_1', actor: 'switch' }],
    hasMore: false,
  }),
  [VAULT_ROUTES.tokenChanges]: () => ({ changes: untold }),
  [VAULT_ROUTES.tokenChangesTold]: (body) => {
    if (loseConfirmations) return { refused: 503, code: 'card_service_unavailable', category: 'not_sent' };
    const told = body['changes'] as { id: string }[];
    untold = untold.filter(({ id }) => !told.some((one) => one.id === id));
    return { told: told.length };
  },
};

beforeAll(async () => {
  house = await ApiHouse.start(testDatabase(), 2, (path, body) => {
    asked.push({ path, body });
    return doors[path]?.(body);
  });
}, 90_000);
afterAll(() => house.stop(), 60_000);

const PATH = `/v1/tokens/${toWireId('tok', TOKEN.id)}`;
const lastAsked = (path: string) => asked.filter((one) => one.path === path).at(-1)?.body;

describe('tokens of a tenant', () => {
  it('[CC-04] [CC-24] are listed and read masked, asked of the card zone for the tenant of the key alone', async () => {
    const list = await house.ask('/v1/tokens?limit=1&status=active&last4=0000');
    expect(list.body).toMatchObject({ has_more: true, data: [{ id: toWireId('tok', TOKEN.id), status: 'active' }] });
    expect(lastAsked(VAULT_ROUTES.tokenList)).toMatchObject({
      tenantId: house.tenant(0).id,
      state: 'active',
      last4: '0000',
      page: { limit: 1 },
    });
    const cursor = String(list.body['next_cursor']);
    await house.ask(`/v1/tokens?limit=1&status=active&last4=0000&cursor=${cursor}`);
    expect(lastAsked(VAULT_ROUTES.tokenList)).toMatchObject({ page: { limit: 1, beforeId: TOKEN.id } });
    const other = await house.ask(`/v1/tokens?cursor=${cursor}`);
    expect(other.body['code']).toBe('cursor_invalid');
    const read = await house.ask(PATH);
    expect(read.body).toMatchObject({
      card: { brand: 'jcb', last4: '0000', exp_month: 8, exp_year: 2029 },
      network_tokens: [{ network: 'jcb', status: 'suspended' }],
    });
    expect(JSON.stringify([list.body, read.body])).not.toMatch(/"[0-9]{12,19}"/);
  });

  it('change their expiry and are revoked, by keys that may', async () => {
    const changed = await house.ask(PATH, { method: 'PATCH', body: { exp_month: 8, exp_year: 2031 } });
    expect(changed.body).toMatchObject({ card: { exp_year: 2031 } });
    expect(lastAsked(VAULT_ROUTES.tokenUpdate)).toMatchObject({ tokenId: TOKEN.id, expMonth: 8, expYear: 2031 });
    const revoked = await house.ask(`${PATH}/revoke`, { method: 'POST', body: {} });
    expect(revoked.body).toMatchObject({ status: 'revoked', revoked_at: AT });
    const bad = [
      { exp_month: 13, exp_year: 2031 },
      { exp_month: 1 },
      { exp_month: 1, exp_year: 2031, pan: '4111111111111111' },
    ];
    for (const body of bad) expect((await house.ask(PATH, { method: 'PATCH', body })).status).toBe(400);
    const till = house.terminal(0).apiKey;
    expect((await house.ask(PATH, { key: till })).status).toBe(403);
  });

  it('show who used them and why', async () => {
    const { body } = await house.ask(`${PATH}/trail`);
    expect(body['data']).toEqual([
      {
        object: 'token_trail_entry',
        id: toWireId('aud', TOKEN.id),
        at: AT,
        operation: 'reveal',
        result: 'sales_file',
        request_id: 'req_1',
      },
    ]);
  });
});

describe('events of tokens', () => {
  it('are written once each, whatever is repeated, lost, or done by two processes at once', async () => {
    const change = (kind: TokenChange['kind']): TokenChange => ({
      tenantId: house.tenant(0).id,
      id: newId(new Date()),
      kind,
      at: new Date().toISOString(),
      requestId: `req-${randomUUID()}`,
      previous: kind === 'revoked' ? { status: 'active' } : null,
      token: TOKEN,
    });
    const feeds = [0, 1].map((node) => house.get(TokenEventFeed, node));
    untold = [change('created'), change('revoked')];
    const ids = untold.map(({ id }) => toWireId('evt', id));
    loseConfirmations = true;
    await expect(feeds[0]!.round()).rejects.toMatchObject({ name: 'RemoteError' });
    loseConfirmations = false;
    await Promise.all(feeds.map((feed) => feed.round()));
    expect(untold).toEqual([]);
    const { body } = await house.ask('/v1/events?types=token.created,token.revoked');
    const events = body['data'] as { id: string; type: string; data: Record<string, unknown> }[];
    expect(events.map(({ id }) => id).sort()).toEqual(ids.sort());
    const revoked = events.find(({ type }) => type === 'token.revoked');
    expect(revoked?.data).toMatchObject({
      object: { object: 'token', card: { last4: '0000' } },
      previous: { status: 'active' },
    });
  });
});
