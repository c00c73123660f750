import { randomUUID } from 'node:crypto';
import pg from 'pg';
import type { SealAccountRequest } from '@tsunagu/contracts';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../../test/kit/database.js';
import { Till, VaultNode, hsmFolder } from '../vault-test-bench.js';

const [VISA, JCB] = ['4111111111111111', '3530111333300000'];
let database: TestDatabase;
let folder: Awaited<ReturnType<typeof hsmFolder>>;
let node: VaultNode;
let admin: pg.Client;
let till: Till;
let counter = 0;

beforeAll(async () => {
  database = await testDatabase();
  folder = await hsmFolder();
  node = await VaultNode.start(database.url('vault'), folder.directory);
  admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
  till = await Till.enrol(node, 'AES-DUKPT');
}, 60_000);
afterAll(async () => {
  await admin.end();
  await node.stop();
  await folder.remove();
  await database.drop();
});

async function tokenOf(pan: string, more: { tokenUses?: 'single'; intent?: string } = {}, of = till): Promise<string> {
  counter += 1;
  return (await node.open(of.request(counter, pan, { intent: `i-${counter}`, ...more }))).tokenId;
}

function asked(tokenId: string, of = till) {
  return { tenantId: of.tenantId, tokenId, requestId: 'req-t' };
}

function seal(tokenId: string, purpose: SealAccountRequest['purpose'] = 'refund', intent?: string) {
  return node.seal({ ...asked(tokenId), purpose, intent });
}

describe('a revoked token', { timeout: 30_000 }, () => {
  it('[C6] begins nothing any more and says so; the card gets a new token when it is seen again', async () => {
    const tokenId = await tokenOf(VISA);
    await seal(tokenId, 'authorize');
    const revoked = await node.tokens.desk.revoke(asked(tokenId));
    expect(revoked).toMatchObject({ state: 'revoked', revokedAt: expect.any(String) });
    expect(await node.tokens.desk.revoke(asked(tokenId))).toEqual(revoked);
    const refused = { code: 'token_revoked', category: 'conflict' };
    await expect(seal(tokenId, 'authorize')).rejects.toMatchObject(refused);
    await expect(node.tokens.desk.update(asked(tokenId), '3101')).rejects.toMatchObject({ code: 'token_revoked' });
    const next = await tokenOf(VISA);
    expect(next).not.toBe(tokenId);
    await seal(next, 'authorize');
  });

  it('still brings to an end what began with it: money that is owed goes back, and the trail says so', async () => {
    const tokenId = await tokenOf(VISA);
    await node.tokens.desk.revoke(asked(tokenId));
    const { opener, close } = await folder.opener(node.clock);
    for (const purpose of ['refund', 'capture', 'void'] as const) {
      const { envelope } = await seal(tokenId, purpose);
      expect((await opener.openAccount(till.tenantId, envelope.account)).pan.toString()).toBe(VISA);
    }
    close();
    await expect(seal(tokenId, 'authorize')).rejects.toMatchObject({ code: 'token_revoked' });
    const { data } = await node.tokens.trail.read(asked(tokenId), { limit: 4 });
    expect(data.map(({ result }) => result)).toEqual(['token_revoked', 'void', 'capture', 'refund']);
  });

  it('[C6] is not known to another tenant, whatever is asked', async () => {
    const tokenId = await tokenOf(JCB);
    const other = await Till.enrol(node, 'AES-DUKPT');
    const { desk, trail } = node.tokens;
    const theirs = asked(tokenId, other);
    const questions = [
      () => desk.read(theirs),
      () => desk.revoke(theirs),
      () => desk.update(theirs, '3101'),
      () => trail.read(theirs, { limit: 5 }),
      () => node.seal({ ...theirs, purpose: 'refund' }),
    ];
    for (const question of questions) await expect(question()).rejects.toMatchObject({ code: 'resource_missing' });
    expect((await desk.read(asked(tokenId))).state).toBe('active');
  });
});

describe('a single-use token', { timeout: 30_000 }, () => {
  it('belongs to one purchase: a repeat is served, another one refused, and what follows it is allowed', async () => {
    const multi = await tokenOf(VISA);
    const single = await tokenOf(VISA, { tokenUses: 'single' });
    expect(single).not.toBe(multi);
    await seal(single, 'authorize', 'order-1');
    await seal(single, 'authorize', 'order-1');
    await expect(seal(single, 'authorize', 'order-2')).rejects.toMatchObject({ code: 'token_spent' });
    await seal(single, 'refund');
    expect(await node.tokens.desk.read(asked(single))).toMatchObject({ state: 'spent', uses: 'single' });
    for (const order of ['order-1', 'order-2']) await seal(multi, 'authorize', order);
  });

  it('is made once for a purchase that a till repeats', async () => {
    counter += 1;
    const request = till.request(counter, VISA, { tokenUses: 'single' });
    const [first, second] = [await node.open(request), await node.open(request)];
    expect(second.tokenId).toBe(first.tokenId);
  });
});

describe('what changes of a token', { timeout: 30_000 }, () => {
  it('[CC-04] is told once each, masked, with what it was before: made, new expiry by hand and by card, network, revoked', async () => {
    const own = await Till.enrol(node, 'AES-DUKPT');
    const tokenId = await tokenOf(JCB, {}, own);
    const whose = asked(tokenId, own);
    await node.tokens.desk.update(whose, '3101');
    await node.tokens.desk.update(whose, '3101'); // nothing new
    expect(await tokenOf(JCB, {}, own)).toBe(tokenId); // its card says 29/08
    const networkToken = { network: 'jcb', reference: 'DJCB0001', last4: '9999', state: 'active' } as const;
    await node.tokens.desk.told(whose, { par: 'Q1J4Z28RKA1EBL470G9XYG90R5D3E', networkToken });
    await node.tokens.desk.revoke(whose);
    const told = (await node.tokens.changes.untold(100)).filter(({ tenantId }) => tenantId === own.tenantId);
    expect(told.map(({ kind, previous }) => [kind, previous])).toEqual([
      ['created', null],
      ['updated', { exp_month: 8, exp_year: 2029 }],
      ['updated', { exp_month: 1, exp_year: 2031 }],
      ['network_updated', { par: null, network_token_status: null }],
      ['revoked', { status: 'active' }],
    ]);
    expect(JSON.stringify(told)).not.toContain(JCB.slice(6, 12));
    await node.tokens.changes.told(told.slice(0, 2));
    const rest = (await node.tokens.changes.untold(100)).filter(({ tenantId }) => tenantId === own.tenantId);
    expect(rest.map(({ id }) => id)).toEqual(told.slice(2).map(({ id }) => id));
  });

  it('lets a network suspend its token, wake it, and delete it for ever', async () => {
    const tokenId = await tokenOf(VISA);
    const tell = (state: 'active' | 'suspended' | 'deleted', reference = 'DV1') =>
      node.tokens.desk.told(asked(tokenId), {
        par: null,
        networkToken: { network: 'visa', reference, last4: null, state },
      });
    for (const state of ['active', 'suspended', 'active', 'deleted', 'deleted'] as const) {
      expect((await tell(state)).networkTokens).toEqual([{ network: 'visa', reference: 'DV1', last4: null, state }]);
    }
    await expect(tell('active')).rejects.toMatchObject({ code: 'state_conflict' });
    await expect(tell('deleted', 'DV2')).rejects.toMatchObject({ code: 'state_conflict' });
    expect((await tell('active', 'DV2')).networkTokens).toMatchObject([{ reference: 'DV2', state: 'active' }]);
  });

  it('lists the tokens of a tenant, newest first, a page at a time', async () => {
    const own = await Till.enrol(node, 'AES-DUKPT');
    const made = [];
    for (const pan of [VISA, JCB, '5555555555554444']) made.push(await tokenOf(pan, {}, own));
    const { desk } = node.tokens;
    const first = await desk.list(own.tenantId, { limit: 2 }, {});
    expect([first.data.map(({ id }) => id), first.hasMore]).toEqual([[made[2], made[1]], true]);
    const next = await desk.list(own.tenantId, { limit: 2, beforeId: made[1] }, {});
    expect([next.data.map(({ id }) => id), next.hasMore]).toEqual([[made[0]], false]);
    const back = await desk.list(own.tenantId, { limit: 2, afterId: made[0] }, {});
    expect(back.data.map(({ id }) => id)).toEqual([made[2], made[1]]);
    await desk.revoke(asked(made[0]!, own));
    const revoked = await desk.list(own.tenantId, { limit: 5 }, { state: 'revoked' });
    expect(revoked.data.map(({ id }) => id)).toEqual([made[0]]);
    const by4 = await desk.list(own.tenantId, { limit: 5 }, { last4: '4444' });
    expect(by4.data.map(({ id }) => id)).toEqual([made[2]]);
  });
});

describe('opening a stored account', { timeout: 30_000 }, () => {
  const reveal = (tokenId: string, reference = 'file-1') =>
    node.doors.seal.sealFor({
      ...asked(tokenId),
      operation: 'reveal',
      why: 'sales_file',
      facts: { reference },
      standing: 'follows',
      intent: null,
    });

  it('[CC-08] gives the switch a sealed account and nobody else a digit, and the tenant sees who asked and why', async () => {
    const tokenId = await tokenOf(VISA);
    const answer = await reveal(tokenId);
    expect(JSON.stringify(answer)).not.toContain(VISA.slice(6, 12));
    const { opener, close } = await folder.opener(node.clock);
    const account = await opener.openAccount(till.tenantId, answer.envelope.account);
    expect(account.pan.toString()).toBe(VISA);
    close();
    const { data } = await node.tokens.trail.read(asked(tokenId), { limit: 1 });
    expect(data[0]).toMatchObject({ operation: 'reveal', result: 'sales_file', requestId: 'req-t' });
    const again = await node.tokens.trail.read(asked(tokenId), { limit: 1 });
    expect(again.data[0]).toMatchObject({ operation: 'token_trail', result: 'read' }); // reading it is a line as well
  });

  it('[C15] [CC-25] opens nothing when its audit row cannot be written', async () => {
    const tokenId = await tokenOf(VISA);
    await admin.query(
      `alter table vault.audit add constraint sink_blocked check (operation not in ('reveal', 'seal_account')) not valid`,
    );
    const before = node.hsm; // the same process: nothing else is broken
    await expect(reveal(tokenId)).rejects.toMatchObject({ name: 'DatabaseError' });
    await expect(seal(tokenId)).rejects.toMatchObject({ name: 'DatabaseError' });
    await admin.query('alter table vault.audit drop constraint sink_blocked');
    await reveal(tokenId);
    expect(node.hsm).toBe(before);
  });

  it('[C3] [CC-06] refuses a cipher text that was changed, and one that was moved from another row', async () => {
    const [mine, other] = [await tokenOf(VISA), await tokenOf(JCB)];
    const { rows } = await admin.query<{ pan_cipher: Buffer; dek_id: string }>(
      'select pan_cipher, dek_id from vault.card where token_id = $1',
      [mine],
    );
    const { pan_cipher: cipher } = rows[0]!;
    const put = (bytes: Buffer) =>
      admin.query('update vault.card set pan_cipher = $2 where token_id = $1', [mine, bytes]);
    const flipped = Buffer.from(cipher);
    flipped[15]! ^= 1;
    await put(flipped);
    await expect(seal(mine)).rejects.toMatchObject({ name: 'StoredAccountError' });
    await admin.query(
      'update vault.card set pan_cipher = o.pan_cipher, dek_id = o.dek_id from vault.card o where vault.card.token_id = $1 and o.token_id = $2',
      [mine, other],
    );
    await expect(seal(mine)).rejects.toMatchObject({ name: 'StoredAccountError' });
    await put(cipher);
    await seal(mine);
  });

  it('[C4] [CC-07] finds a card by a keyed hash: another key or tenant, another hash, and no plain one anywhere', async () => {
    const tokenId = await tokenOf(VISA);
    const hashOf = async (of: VaultNode, tenantId: string) =>
      (
        await of.hsm.generateMac({
          key: { provider: of.hsm.name, id: 'pan-index' },
          alg: 'HMAC-SHA256',
          data: Buffer.from(`pan|${tenantId}|${VISA}`),
        })
      ).toString('hex');
    const { rows } = await admin.query<{ hash: string }>(
      `select encode(fingerprint, 'hex') as hash from vault.card where token_id = $1`,
      [tokenId],
    );
    expect(rows[0]!.hash).toBe(await hashOf(node, till.tenantId));
    expect(rows[0]!.hash).not.toBe(await hashOf(node, randomUUID()));
    const elsewhere = await hsmFolder();
    const stranger = await VaultNode.start((await withDatabase()).url('vault'), elsewhere.directory);
    expect(await hashOf(stranger, till.tenantId)).not.toBe(rows[0]!.hash);
    await stranger.stop();
    await elsewhere.remove();
    await strange?.drop();
  });
});

interface Plan {
  readonly 'Heap Fetches': number;
  readonly 'Shared Hit Blocks': number;
  readonly 'Shared Read Blocks': number;
}

let strange: TestDatabase | undefined;
async function withDatabase(): Promise<TestDatabase> {
  strange = await testDatabase();
  return strange;
}

describe('find-or-create', { timeout: 60_000 }, () => {
  it('answers from the index alone, however many cards there are', async () => {
    const own = await Till.enrol(node, 'AES-DUKPT');
    const tokenId = await tokenOf(VISA, {}, own);
    await admin.query(
      `insert into vault.card (tenant_id, token_id, fingerprint, pan_cipher, dek_id, version, expiry, bin6, last4, brand, state, created_at)
       select tenant_id, gen_random_uuid(), sha256(n::text::bytea), pan_cipher, dek_id, version, expiry, bin6, last4, brand, state, created_at
       from vault.card, generate_series(1, 20000) n where token_id = $1`,
      [tokenId],
    );
    const find = async (): Promise<Plan> => {
      await admin.query('vacuum (analyze, index_cleanup on) vault.card'); // tells the index which pages everybody may see
      const { rows } = await admin.query<{ 'QUERY PLAN': [{ Plan: Plan }] }>(
        `explain (analyze, buffers, format json, timing off)
         select token_id, expiry from vault.card where tenant_id = $1 and state = 'active' and uses = 'multi'
           and fingerprint = (select fingerprint from vault.card where token_id = '${tokenId}' and tenant_id = $1)`,
        [own.tenantId],
      );
      return rows[0]!['QUERY PLAN'][0].Plan;
    };
    await expect.poll(async () => (await find())['Heap Fetches'], { timeout: 20_000 }).toBe(0);
    const plan = await find();
    expect(plan).toMatchObject({ 'Node Type': 'Index Only Scan', 'Index Name': 'card_fingerprint', 'Actual Rows': 1 });
    // three levels of the index, the same again for the sub-select and its row, and the visibility map
    expect(plan['Shared Hit Blocks'] + plan['Shared Read Blocks']).toBeLessThanOrEqual(9);
  });

  it('makes one token when a hundred readers bring one card at once', async () => {
    const own = await Till.enrol(node, 'AES-DUKPT');
    const answers = await Promise.all(Array.from({ length: 100 }, (_, i) => node.open(own.request(i + 1, JCB))));
    expect(new Set(answers.map(({ tokenId }) => tokenId)).size).toBe(1);
    const changes = await admin.query('select 1 from vault.token_change where tenant_id = $1', [own.tenantId]);
    expect(changes.rowCount).toBe(1);
  });
});
