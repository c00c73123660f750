import { createCipheriv, createDecipheriv, randomBytes, randomUUID } from 'node:crypto';
import { chmodSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { TEST_CARDS } from '@tsunagu/simulator';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Prompt } from '../../tools/keys/prompt.js';
import { runKeys } from '../../tools/keys/run-keys.js';
import { start, type House } from '../../tools/supervisor.mjs';

const START_MS = 120_000;
const TEST_MS = 60_000;
const [VISA, JCB] = ['visa', 'jcb'].map((name) => TEST_CARDS[name]!.pan) as [string, string];

interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

let house: House;
let dataDir: string;
let people: Readonly<Record<string, string>>;
/** What the partner holds, and how the centre names it. */
let partner: { readonly key: Buffer; readonly id: string };

beforeAll(async () => {
  dataDir = mkdtempSync(join('/tmp', `tsunagu-files-${process.pid}-`));
  chmodSync(dataDir, 0o755);
  house = await start({ dataDir, ports: { api: 0 } });
  const { text } = await keys(['custodians']);
  people = Object.fromEntries(text.split('\n').map((line) => line.split('  ') as [string, string]));
  partner = await agreeOnKey();
}, START_MS);
afterAll(async () => {
  await house?.stop();
  rmSync(dataDir, { recursive: true, force: true });
}, START_MS);

async function keys(args: readonly string[], typed: readonly string[] = []): Promise<{ code: number; text: string }> {
  const lines = Readable.from([typed.map((line) => `${line}\n`).join('')]);
  return runKeys([...args, '--data', dataDir], new Prompt(lines));
}

const as = (number: 1 | 2) => ['--as', `custodian-${number}`];
const secret = (number: 1 | 2) => people[`custodian-${number}`]!;

/** The key of both houses comes in two components, from two people, and two people switch it on. */
async function agreeOnKey(): Promise<{ key: Buffer; id: string }> {
  const components = [randomBytes(32), randomBytes(32)] as const;
  const [mine, theirs] = components.map((bytes) => bytes.toString('hex')) as [string, string];
  const what = ['--purpose', 'exchange', '--usage', 'D0', '--type', 'AES256', '--zone', 'partner1'];
  const first = await keys(['import', ...what, '--tenant', tenant().id, ...as(1)], [secret(1), mine]);
  const second = await keys(
    ['import', '--ceremony', found(first.text, /--ceremony (\S+)/), ...as(2)],
    [secret(2), theirs],
  );
  const id = found(second.text, /activate (\S+)/);
  const ordered = await keys(['activate', id, ...as(1)], [secret(1)]);
  expect(await keys(['approve', found(ordered.text, /approve (\S+)/), ...as(2)], [secret(2)])).toMatchObject({
    code: 0,
  });
  return { key: Buffer.from(components[0].map((byte, i) => byte ^ components[1][i]!)), id };
}

const tenant = (index = 0) => house.sandbox.tenants[index]!;
const found = (text: string, pattern: RegExp): string => pattern.exec(text)![1]!;

async function ask(method: string, path: string, body?: object, apiKey = tenant().api_key): Promise<Answer> {
  const reply = await fetch(`${house.sandbox.api}${path}`, {
    method,
    headers: { authorization: `Bearer ${apiKey}`, 'content-type': 'application/json' },
    body: body === undefined ? undefined : JSON.stringify(body),
  });
  return { status: reply.status, body: (await reply.json()) as Record<string, unknown> };
}

/** As the guide tells partners to do it. */
function seal(reference: string, card: string): string {
  const iv = randomBytes(12);
  const cipher = createCipheriv('aes-256-gcm', partner.key, iv).setAAD(Buffer.from(`tsunagu-card/1|${reference}`));
  return Buffer.concat([iv, cipher.update(card), cipher.final(), cipher.getAuthTag()]).toString('base64');
}

function unseal(reference: string, card: string): string {
  const bytes = Buffer.from(card, 'base64');
  const decipher = createDecipheriv('aes-256-gcm', partner.key, bytes.subarray(0, 12));
  decipher.setAAD(Buffer.from(`tsunagu-card/1|${reference}`)).setAuthTag(bytes.subarray(-16));
  return Buffer.concat([decipher.update(bytes.subarray(12, -16)), decipher.final()]).toString();
}

async function done(path: string): Promise<Record<string, unknown>> {
  return vi.waitFor(
    async () => {
      const { body } = await ask('GET', path);
      expect(body['status']).toBe('done');
      return body;
    },
    { timeout: TEST_MS, interval: 250 },
  );
}

describe('cards of a partner, through the real api and the real vault', { timeout: TEST_MS }, () => {
  it('come in sealed, line by line, whatever is repeated, and whoever is killed in between', async () => {
    const begin = { client_reference: `import-${randomUUID()}`, key_id: partner.id };
    const begun = await ask('POST', '/v1/token-imports', begin);
    expect([begun.status, begun.body['status'], begun.body['allowed_actions']]).toEqual([
      201,
      'collecting',
      ['add_lines', 'start'],
    ]);
    expect((await ask('POST', '/v1/token-imports', begin)).body['id']).toBe(begun.body['id']);
    const path = `/v1/token-imports/${String(begun.body['id'])}`;
    const lines = [
      { line: 1, reference: 'customer-1', card: seal('customer-1', `${VISA}=3108`) },
      { line: 2, reference: 'customer-2', card: seal('customer-2', JCB) },
      { line: 3, reference: 'customer-3', card: seal('customer-2', JCB) },
      { line: 4, reference: 'customer-4', card: seal('customer-4', `${VISA}=3108`) },
    ];
    for (let again = 0; again < 2; again += 1) {
      const added = await ask('POST', `${path}/lines`, { lines });
      expect([added.status, added.body['lines_total'], added.body['lines_waiting']]).toEqual([200, 4, 4]);
    }
    expect((await ask('POST', `${path}/start`, {})).status).toBe(200);
    await house.kill9('vault');
    expect(await done(path)).toMatchObject({
      lines_total: 4,
      lines_waiting: 0,
      lines_by_code: { created: 2, found: 1, card_data_invalid: 1 },
    });
    expect((await ask('POST', `${path}/lines`, { lines })).body['code']).toBe('state_conflict');
    const first = await ask('GET', `${path}/results?limit=3`);
    const rest = await ask('GET', `${path}/results?limit=3&cursor=${String(first.body['next_cursor'])}`);
    const rows = [first, rest].flatMap(
      ({ body }) => body['data'] as { reference: string; code: string; token: string | null }[],
    );
    expect(rows.map(({ code }) => code)).toEqual(['created', 'created', 'card_data_invalid', 'found']);
    expect(rows[3]!.token).toBe(rows[0]!.token);
    expect((await ask('GET', `/v1/tokens/${String(rows[0]!.token)}`)).body).toMatchObject({
      status: 'active',
      card: { last4: VISA.slice(-4) },
    });
    const foreign = await ask('GET', path, undefined, tenant(1).api_key);
    expect([foreign.status, foreign.body['code']]).toEqual([404, 'resource_missing']);
    expect((await ask('POST', '/v1/token-imports', { ...begin, key_id: 'pan-kek-1' })).status).toBe(404);
  });

  it('leave only after two custodians, and open under the key of the partner alone', async () => {
    const asked = await ask('POST', '/v1/token-exports', {
      client_reference: `export-${randomUUID()}`,
      key_id: partner.id,
    });
    expect([asked.status, asked.body['status'], asked.body['lines_total']]).toEqual([201, 'pending_approval', 0]);
    const path = `/v1/token-exports/${String(asked.body['id'])}`;
    const { text } = await keys(['token-files', tenant().id]);
    expect(text).toMatch(new RegExp(`export  ${String(asked.body['id'])}  export-.* waits for`));
    const ordered = await keys(['export-tokens', tenant().id, '--under', partner.id, ...as(1)], [secret(1)]);
    const approve = ['approve-tenant', found(ordered.text, /approve-tenant (\S+)/)];
    expect((await keys([...approve, ...as(1)], [secret(1)])).code).toBe(1);
    expect((await ask('GET', path)).body['status']).toBe('pending_approval');
    expect((await keys([...approve, ...as(2)], [secret(2)])).code).toBe(0);
    await done(path);
    const { body } = await ask('GET', `${path}/results?limit=100`);
    const rows = body['data'] as { reference: string; code: string; card: string }[];
    const cards = rows.map(({ reference, card }) => unseal(reference, card));
    expect(rows.map(({ code }) => code)).toEqual(rows.map(() => 'exported'));
    expect(cards).toEqual(expect.arrayContaining([`${VISA}=3108`, JCB]));
    expect(JSON.stringify(body)).not.toContain(JCB);
    expect((await ask('GET', path, undefined, tenant(1).api_key)).status).toBe(404);
    expect((await ask('GET', `/v1/token-imports/${String(asked.body['id'])}`)).status).toBe(404);
  });
});
