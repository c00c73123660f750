import pg from 'pg';
import { toWireId } from '@tsunagu/kernel';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase } from '../../../../../test/kit/database.js';
import { Till, VaultNode, type BenchClock } from '../vault-test-bench.js';
import { CARDS, VaultHouse, aoi, ren } from '../vault-test-house.js';
import type { CertificateKey } from './certificate-signer.js';
import { isGenuineCertificate } from './certificate.js';

let house: VaultHouse;
let clock: BenchClock;
let node: VaultNode;
let admin: pg.Client;

beforeAll(async () => {
  house = await VaultHouse.open(await testDatabase());
  ({ clock, admin } = house);
  [node] = house.nodes;
}, 60_000);
afterAll(() => house.close());

async function tenantWithCards(): Promise<{ till: Till; tokens: string[] }> {
  const till = await Till.enrol(node, 'AES-DUKPT');
  const tokens: string[] = [];
  for (const [i, pan] of CARDS.entries()) tokens.push((await node.open(till.request(i + 1, pan))).tokenId);
  return { till, tokens };
}

const seal = (till: Till, tokenId: string, purpose: 'refund' | 'authorize' = 'refund') =>
  node.seal({ tenantId: till.tenantId, tokenId, purpose, requestId: 'r' });
const ordered = (till: Till) =>
  node.tokens.decisions.order({ tenantId: till.tenantId, operation: 'erase', subject: null }, aoi);
const rowsOf = async (table: string, till: Till) =>
  (await admin.query(`select * from vault.${table} where tenant_id = $1`, [till.tenantId])).rows as Record<
    string,
    unknown
  >[];

describe('the end of a tenant', { timeout: 60_000 }, () => {
  it('[CC-11] [C11] takes two custodians, and does nothing before both have signed', async () => {
    const { till, tokens } = await tenantWithCards();
    const order = await ordered(till);
    await expect(ordered(till)).rejects.toMatchObject({ code: 'state_conflict' });
    await expect(node.tokens.decisions.approve(order.id, aoi)).rejects.toMatchObject({
      code: 'second_person_required',
    });
    await seal(till, tokens[0]!);
    clock.advance(25 * 3_600_000);
    await expect(node.tokens.decisions.approve(order.id, ren)).rejects.toMatchObject({ code: 'state_conflict' });
    expect(await rowsOf('card', till)).toHaveLength(3);
  });

  it('destroys its keys, erases its cards and says so in a certificate that anybody can prove', async () => {
    const { till, tokens } = await tenantWithCards();
    const other = await tenantWithCards();
    const backup = { cards: await rowsOf('card', till), keys: await rowsOf('tenant_data_key', till) };
    const { certificate } = await node.tokens.decisions.approve((await ordered(till)).id, ren);
    expect(certificate!.statement).toMatchObject({
      tenant_id: toWireId('ten', till.tenantId),
      ordered_by: 'aoi',
      approved_by: 'ren',
      erased: { cards: 3, data_keys: 1 },
    });
    const { statement } = certificate!;
    expect(statement.destroyed_keys.map(({ purpose }) => purpose).sort()).toEqual(['bdk', 'tenant-kek']);
    for (const key of statement.destroyed_keys) {
      expect(await node.keys.book.get(key.id)).toMatchObject({ state: 'destroyed', kcv: key.kcv });
      await expect(node.hsm.keyInfo({ provider: node.hsm.name, id: key.id })).rejects.toMatchObject({
        reason: 'key_unknown',
      });
    }
    expect(statement.kept.map(({ source }) => source).join()).toContain('Companies Act');

    const [{ publicKey }] = (await node.tokens.signer.publicKeys()) as [CertificateKey];
    const asSent = JSON.parse(JSON.stringify(certificate, null, 2)) as NonNullable<typeof certificate>;
    expect(isGenuineCertificate(asSent, publicKey)).toBe(true);
    const forged = { ...asSent, statement: { ...statement, erased: { cards: 4, data_keys: 1 } } };
    expect(isGenuineCertificate(forged, publicKey)).toBe(false);
    const stranger = Buffer.from(publicKey, 'base64');
    stranger[stranger.length - 1]! ^= 1;
    expect(isGenuineCertificate(asSent, stranger.toString('base64'))).toBe(false);

    // nothing of it opens, nothing new of it is stored, and a copy of the rows from before opens no more either
    for (const token of tokens) await expect(seal(till, token)).rejects.toMatchObject({ code: 'resource_missing' });
    clock.advance(6_000);
    await expect(node.open(till.request(9, CARDS[0]!))).rejects.toMatchObject({ code: 'card_data_invalid' });
    await expect(node.doors.dataKeys.current(till.tenantId)).rejects.toMatchObject({ name: 'TenantErasedError' });
    for (const table of ['card', 'tenant_data_key', 'token_change', 'network_token']) {
      expect([table, await rowsOf(table, till)]).toEqual([table, []]);
    }
    await restore('tenant_data_key', backup.keys);
    await restore('card', backup.cards);
    await expect(seal(till, tokens[0]!)).rejects.toMatchObject({ reason: 'key_unknown' });

    for (const token of other.tokens) await seal(other.till, token);
    await node.open(other.till.request(9, CARDS[0]!));
  });

  it('[C12] destroys every version of its key, and certificates outlive the key that signed them', async () => {
    const former = await tenantWithCards();
    const before = (await node.tokens.decisions.approve((await ordered(former.till)).id, ren)).certificate!;
    const { till, tokens } = await tenantWithCards();
    const backup = { cards: await rowsOf('card', till), keys: await rowsOf('tenant_data_key', till) };
    const tenantKey = `tenant-kek-${till.tenantId}`;
    const versions = [tenantKey, await house.rotate(tenantKey)];
    await node.doors.rotation.round();
    const next = await house.rotate('certificate-1');
    const { certificate } = await node.tokens.decisions.approve((await ordered(till)).id, ren);
    const destroyed = certificate!.statement.destroyed_keys.filter(({ purpose }) => purpose === 'tenant-kek');
    expect(destroyed.map(({ id }) => id)).toEqual(versions);
    await restore('tenant_data_key', backup.keys); // the rows from before the change, under the older version
    await restore('card', backup.cards);
    await expect(seal(till, tokens[0]!)).rejects.toMatchObject({ reason: 'key_unknown' });

    const keys = await node.tokens.signer.publicKeys();
    expect(keys.map(({ keyId }) => keyId)).toEqual([next, 'certificate-1']);
    const isProved = (one: typeof before) =>
      keys.filter(({ publicKey }) => isGenuineCertificate(one, publicKey)).map(({ keyId }) => keyId);
    expect([isProved(before), isProved(certificate!)]).toEqual([['certificate-1'], [next]]);
    clock.advance(400 * 86_400_000);
    await expect(house.approved('retire', 'certificate-1')).rejects.toMatchObject({ code: 'parameter_invalid' });
  });

  it('goes on after its vault died in the middle, and gives the same certificate when it is asked again', async () => {
    const { till } = await tenantWithCards();
    const order = await ordered(till);
    const shred = node.hsm.destroyKey.bind(node.hsm);
    let deaths = 0;
    node.hsm.destroyKey = (key) => {
      if (key.id.startsWith('bdk') && deaths++ === 0) return Promise.reject(new Error('the process dies here'));
      return shred(key);
    };
    await expect(node.tokens.decisions.approve(order.id, ren)).rejects.toThrow('dies here');
    expect((await rowsOf('tenant_erasure', till))[0]).toMatchObject({ state: 'erasing', certificate: null });
    await node.tokens.eraser.resume();
    const { certificate } = await node.tokens.decisions.approve(order.id, ren);
    expect(certificate!.statement.erased).toEqual({ cards: 3, data_keys: 1 });
    expect(await node.tokens.eraser.erase(till.tenantId)).toEqual(certificate);
    node.hsm.destroyKey = shred;
  });

  it('cannot be brought about without an approved order, not even with the rights of the vault', async () => {
    const { till } = await tenantWithCards();
    const client = new pg.Client({ connectionString: house.database.url('vault') });
    await client.connect();
    const erase = client.query('select vault.erase_tenant_slice($1, 100)', [till.tenantId]);
    await expect(erase).rejects.toThrow('no erasure of this tenant was approved');
    await client.end();
  });
});

async function restore(table: string, rows: readonly Record<string, unknown>[]): Promise<void> {
  for (const row of rows) {
    const names = Object.keys(row);
    const places = names.map((_, i) => `$${i + 1}`);
    await admin.query(`insert into vault.${table} (${names.join()}) values (${places.join()})`, Object.values(row));
  }
}

describe('a contract group', { timeout: 60_000 }, () => {
  const decide = async (till: Till, operation: 'join_group' | 'leave_group', subject: string | null) => {
    const order = await node.tokens.decisions.order({ tenantId: till.tenantId, operation, subject }, aoi);
    return node.tokens.decisions.approve(order.id, ren);
  };

  it('lets its members use the tokens of each other, from the second signature until one leaves', async () => {
    const [one, two, three] = [await tenantWithCards(), await tenantWithCards(), await tenantWithCards()];
    await decide(one.till, 'join_group', 'depachika');
    await expect(seal(two.till, one.tokens[0]!)).rejects.toMatchObject({ code: 'resource_missing' });
    const { members } = await decide(two.till, 'join_group', 'depachika');
    expect(members).toEqual([one.till.tenantId, two.till.tenantId]);
    const { envelope } = await seal(two.till, one.tokens[0]!);
    const { opener, close } = await house.folder.opener(clock);
    expect((await opener.openAccount(two.till.tenantId, envelope.account)).pan.toString()).toBe(CARDS[0]);
    close();
    await expect(seal(three.till, one.tokens[0]!)).rejects.toMatchObject({ code: 'resource_missing' });
    await node.tokens.desk.revoke({ tenantId: one.till.tenantId, tokenId: one.tokens[0]!, requestId: 'r' });
    await seal(two.till, one.tokens[0]!); // a refund of what was bought before
    await expect(seal(two.till, one.tokens[0]!, 'authorize')).rejects.toMatchObject({ code: 'token_revoked' });
    const whose = (till: Till) => ({ tenantId: till.tenantId, tokenId: one.tokens[0]!, requestId: 'r' });
    const trail = await node.tokens.trail.read(whose(one.till), { limit: 4 });
    expect(trail.data.map(({ operation, result }) => [operation, result])).toEqual([
      ['seal_account', 'member_token_revoked'],
      ['seal_account', 'member_refund'],
      ['token_revoke', 'revoked'],
      ['seal_account', 'member_refund'],
    ]);
    // Use is shared, ownership is not.
    const { desk } = node.tokens;
    const missing = { code: 'resource_missing' };
    await expect(desk.read(whose(two.till))).rejects.toMatchObject(missing);
    await expect(desk.revoke(whose(two.till))).rejects.toMatchObject(missing);
    await expect(desk.update(whose(two.till), '3101')).rejects.toMatchObject(missing);
    await decide(one.till, 'leave_group', null);
    await expect(seal(two.till, one.tokens[1]!)).rejects.toMatchObject({ code: 'resource_missing' });
  });

  it('has a name that can be one, and is named by whoever joins', async () => {
    const { till } = await tenantWithCards();
    for (const [operation, subject] of [
      ['join_group', null],
      ['join_group', 'A; drop'],
      ['leave_group', 'depachika'],
      ['erase', 'x'],
    ] as const) {
      const order = node.tokens.decisions.order({ tenantId: till.tenantId, operation, subject }, aoi);
      await expect(order).rejects.toMatchObject({ code: 'parameter_invalid' });
    }
  });
});
