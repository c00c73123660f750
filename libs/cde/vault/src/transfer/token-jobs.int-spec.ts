import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../../../test/kit/database.js';
import { BenchClock, Till, VaultNode, hsmFolder } from '../vault-test-bench.js';
import { openLine, sealLine } from './line-cipher.js';
import type { JobLine } from './token-job.repository.js';

const CARDS = ['4111111111111111', '3530111333300000', '5555555555554444'];
const [aoi, ren] = [
  { by: 'aoi', requestId: 'r' },
  { by: 'ren', requestId: 'r' },
];
let database: TestDatabase;
let folder: Awaited<ReturnType<typeof hsmFolder>>;
let nodes: readonly [VaultNode, VaultNode];
let admin: pg.Client;
let till: Till;
let keyId: string;
let files = 0;

beforeAll(async () => {
  database = await testDatabase();
  folder = await hsmFolder();
  const clock = new BenchClock();
  const start = () => VaultNode.start(database.url('vault'), folder.directory, clock);
  nodes = [await start(), await start()];
  admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
  await nodes[0].keys.custodians.found(
    ['aoi', 'ren'].map((name) => ({ name, secret: `${name} and a long secret` })),
    'r',
  );
  till = await Till.enrol(nodes[0], 'AES-DUKPT');
  keyId = await exchangeKey(till);
}, 60_000);
afterAll(async () => {
  await admin.end();
  await Promise.all(nodes.map((node) => node.stop()));
  await folder.remove();
  await database.drop();
});

async function exchangeKey({ tenantId }: Till): Promise<string> {
  const { arrivals, orders } = nodes[0].keys;
  const what = { purpose: 'exchange', usage: 'D0', algorithm: 'AES256', tenantId, zone: 'partner1' } as const;
  const { id } = await arrivals.generate(what, aoi);
  const order = await orders.order({ keyId: id, operation: 'activate', wrappingKeyId: null }, aoi);
  await orders.approve(order.id, ren);
  return id;
}

function lineOf(reference: string, pan: string, expiry: string | null = '3108'): Promise<Buffer> {
  const { hsm } = nodes[0];
  return sealLine(hsm, { provider: hsm.name, id: keyId }, reference, { pan: Buffer.from(pan), expiry });
}

async function importOf(cards: readonly { reference: string; card: Buffer }[]): Promise<string> {
  const { jobs } = nodes[0].tokens;
  const asked = { kind: 'import', keyId, reference: `file-${(files += 1)}`, requestId: 'req-import' } as const;
  const { id } = (await jobs.begin(till.tenantId, asked)).job;
  expect(await jobs.begin(till.tenantId, asked)).toMatchObject({ isNew: false, job: { id, state: 'filling' } });
  const lines = cards.map((card, i) => ({ line: i + 1, ...card }));
  await jobs.addLines(till.tenantId, id, lines);
  await jobs.addLines(till.tenantId, id, lines.slice(0, 1)); // a batch whose answer was lost
  await jobs.start(till.tenantId, id);
  return id;
}

async function results(jobId: string, kind: 'import' | 'export' = 'import'): Promise<JobLine[]> {
  const { jobs } = nodes[0].tokens;
  const first = await jobs.results(till.tenantId, { jobId, kind }, { limit: 100 });
  if (!first.hasMore) return [...first.data];
  const after = first.data.at(-1)!.line;
  const back = await jobs.results(till.tenantId, { jobId, kind }, { limit: 100, before: after + 1 });
  expect(back.data).toEqual(first.data);
  return [...first.data, ...(await jobs.results(till.tenantId, { jobId, kind }, { limit: 500, after })).data];
}

describe('an import', { timeout: 60_000 }, () => {
  it('gives each line a code and a token: made, found, or refused in one way whatever is wrong with it', async () => {
    const seen = await nodes[0].open(till.request(1, CARDS[0]!));
    const [good, flipped] = [await lineOf('a', CARDS[1]!), await lineOf('c', CARDS[1]!)];
    flipped[20]! ^= 1;
    const id = await importOf([
      { reference: 'a', card: good },
      { reference: 'b', card: await lineOf('b', CARDS[0]!) },
      { reference: 'c', card: flipped },
      { reference: 'd', card: good }, // somebody else's line
      { reference: 'e', card: await lineOf('e', '4111111111111112') },
      { reference: 'f', card: await lineOf('f', CARDS[2]!, '3113') },
      { reference: 'g', card: await lineOf('g', CARDS[2]!, null) },
    ]);
    await nodes[0].tokens.runner.round();
    const lines = await results(id);
    const refused = 'card_data_invalid';
    expect(lines.map(({ code }) => code)).toEqual(['created', 'found', refused, refused, refused, refused, 'created']);
    expect(lines[1]!.tokenId).toBe(seen.tokenId);
    expect(lines.map(({ card }) => card)).toEqual(lines.map(() => null)); // nothing of a card stays in the job
    expect(await nodes[0].tokens.jobs.read(till.tenantId, id, 'import')).toMatchObject({
      state: 'done',
      counts: { created: 2, found: 1, [refused]: 4 },
    });
    await nodes[0].seal({ tenantId: till.tenantId, tokenId: lines[0]!.tokenId!, purpose: 'refund', requestId: 'r' });
    await expect(nodes[0].tokens.jobs.addLines(till.tenantId, id, [])).rejects.toMatchObject({
      code: 'state_conflict',
    });
  });

  it('goes on where it was after its vault was killed, and two vaults do nothing twice', async () => {
    const own = Array.from({ length: 120 }, (_, i) => pan(i));
    const cards = await Promise.all(
      own.map(async (one, i) => ({ reference: `r${i}`, card: await lineOf(`r${i}`, one) })),
    );
    const id = await importOf(cards);
    const { hsm } = nodes[0];
    const decrypt = hsm.decrypt.bind(hsm);
    let left = 30;
    hsm.decrypt = (r) => (left-- > 0 ? decrypt(r) : Promise.reject(new Error('killed here')));
    await expect(nodes[0].tokens.runner.round()).rejects.toThrow('killed here');
    hsm.decrypt = decrypt;
    const half = await nodes[0].tokens.jobs.read(till.tenantId, id, 'import');
    expect(half.state).toBe('running');
    expect(half.counts['waiting']).toBeGreaterThan(80);
    await Promise.all(nodes.map((node) => node.tokens.runner.round()));
    await nodes[1].tokens.runner.round();
    const lines = await results(id);
    expect(lines.map(({ code }) => code)).toEqual(own.map(() => 'created'));
    expect(new Set(lines.map(({ tokenId }) => tokenId)).size).toBe(120);
    expect((await nodes[0].tokens.jobs.read(till.tenantId, id, 'import')).state).toBe('done');
  });

  it('waits while payments are slow, and goes on when they are quick again', async () => {
    const id = await importOf([{ reference: 'slow', card: await lineOf('slow', CARDS[0]!) }]);
    const { pulse, runner, jobs } = nodes[0].tokens;
    for (let i = 0; i < 30; i += 1) pulse.beat(200);
    expect(await runner.round()).toBe(0);
    expect((await jobs.read(till.tenantId, id, 'import')).state).toBe('running');
    for (let i = 0; i < 60; i += 1) pulse.beat(5);
    expect(await runner.round()).toBe(1);
  });

  it('needs an active exchange key of the same tenant', async () => {
    const other = await Till.enrol(nodes[0], 'AES-DUKPT');
    const { jobs } = nodes[0].tokens;
    const asked = { kind: 'import', keyId, reference: 'file-of-keys', requestId: 'r' } as const;
    const missing = { code: 'resource_missing' };
    await expect(jobs.begin(other.tenantId, asked)).rejects.toMatchObject(missing);
    await expect(jobs.begin(till.tenantId, { ...asked, keyId: 'pan-kek' })).rejects.toMatchObject(missing);
  });

  it('is seen by its own tenant alone, under one name and in its own list [CC-30]', async () => {
    const other = await Till.enrol(nodes[0], 'AES-DUKPT');
    const { jobs } = nodes[0].tokens;
    const id = await importOf([{ reference: 'mine', card: await lineOf('mine', CARDS[0]!) }]);
    const missing = { code: 'resource_missing' };
    await expect(jobs.read(other.tenantId, id, 'import')).rejects.toMatchObject(missing);
    await expect(jobs.read(till.tenantId, id, 'export')).rejects.toMatchObject(missing);
    await expect(jobs.results(other.tenantId, { jobId: id, kind: 'import' }, { limit: 1 })).rejects.toMatchObject(
      missing,
    );
    await expect(jobs.addLines(other.tenantId, id, [])).rejects.toMatchObject(missing);
    await expect(jobs.start(other.tenantId, id)).rejects.toMatchObject(missing);
    expect((await jobs.list(other.tenantId, 'import', { limit: 10 })).data).toEqual([]);
    const { data, hasMore } = await jobs.list(till.tenantId, 'import', { limit: 1 });
    expect([data.map((job) => job.id), hasMore]).toEqual([[id], true]);
    const newer = await jobs.list(till.tenantId, 'import', { limit: 1, beforeId: id });
    expect((await jobs.list(till.tenantId, 'import', { limit: 5, afterId: newer.data[0]!.id })).data).toHaveLength(1);
    const taken = { kind: 'export', keyId, reference: `file-${files}`, requestId: 'r' } as const;
    await expect(jobs.begin(till.tenantId, taken)).rejects.toMatchObject({ code: 'client_reference_exists' });
  });
});

describe('an export', { timeout: 60_000 }, () => {
  it('[CC-08] [C15] leaves under the key of the partner after two custodians, each card audited before it is opened', async () => {
    const { decisions, runner, jobs, desk } = nodes[0].tokens;
    const { tenantId } = till;
    const wish = { kind: 'export', keyId, reference: 'to-partner1', requestId: 'req-export' } as const;
    const asked = (await jobs.begin(tenantId, wish)).job;
    await runner.round();
    expect(await jobs.read(tenantId, asked.id, 'export')).toMatchObject({ state: 'requested', counts: {} });
    const order = await decisions.order({ tenantId, operation: 'export_tokens', subject: keyId }, aoi);
    await expect(decisions.approve(order.id, aoi)).rejects.toMatchObject({ code: 'second_person_required' });
    const { jobId } = await decisions.approve(order.id, ren);
    expect(jobId).toBe(asked.id);
    const again = await Promise.all([1, 2].map(() => decisions.approve(order.id, ren))); // answers that were lost
    expect(again.map((one) => one.jobId)).toEqual([jobId, jobId]);
    const [first] = await results(jobId!, 'export');
    await desk.revoke({ tenantId, tokenId: first!.tokenId!, requestId: 'r' });
    await runner.round();
    const lines = await results(jobId!, 'export');
    expect(lines[0]).toMatchObject({ code: 'token_revoked', card: null });
    const { hsm } = nodes[0];
    for (const { reference, card, code } of lines.slice(1, 5)) {
      const opened = await openLine(hsm, { provider: hsm.name, id: keyId }, reference, card!);
      expect([code, opened?.pan.length]).toEqual(['exported', 16]);
      expect(await openLine(hsm, { provider: hsm.name, id: keyId }, 'another', card!)).toBeUndefined();
    }
    const { rows } = await admin.query(
      `select 1 from vault.audit where operation = 'token_export' and result = 'partner_exchange' and tenant_id = $1`,
      [tenantId],
    );
    expect(rows).toHaveLength(lines.length - 1);
  });
});

/** A number of the test range of Visa that passes Luhn. */
function pan(i: number): string {
  const digits = `411111${String(i).padStart(9, '0')}`;
  const sum = [...digits].reverse().reduce((all, digit, at) => {
    const doubled = at % 2 === 0 ? Number(digit) * 2 : Number(digit);
    return all + (doubled > 9 ? doubled - 9 : doubled);
  }, 0);
  return `${digits}${(10 - (sum % 10)) % 10}`;
}
