import { randomBytes, randomUUID } from 'node:crypto';
import { mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { AppConfig, AppLogger, InternalErrorFilter, startApp, type RunningApp } from '@tsunagu/platform';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { VaultAppModule } from '../../apps/vault/src/app.module.js';
import { writeOperatorDoor } from '../../apps/vault/src/operator-door.js';
import { testDatabase, type TestDatabase } from '../../test/kit/database.js';
import { Prompt } from './prompt.js';
import { runKeys } from './run-keys.js';

const saved = { ...process.env };
const TENANT = randomUUID();
let database: TestDatabase;
let folder: string;
let running: RunningApp;
let admin: pg.Client;
let people: Readonly<Record<string, string>>;

beforeAll(async () => {
  database = await testDatabase();
  folder = await mkdtemp(join(tmpdir(), 'keys-'));
  Object.assign(process.env, {
    TSUNAGU_MODE: 'sandbox',
    PORT: '0',
    DATABASE_URL: database.url('vault'),
    HSM_DIR: join(folder, 'hsm'),
    INTERNAL_SECRET: 'ab'.repeat(32),
    LOG_LEVEL: 'silent',
    NODE_NAME: 'keys-spec',
  });
  running = await startApp(VaultAppModule, {
    name: 'vault',
    configure: (app) => void app.useGlobalFilters(new InternalErrorFilter(app.get(AppLogger))),
  });
  await writeOperatorDoor(AppConfig.fromEnv('vault'), running.port);
  admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
  const { text } = await keys(['custodians']);
  people = Object.fromEntries(text.split('\n').map((line) => line.split('  ') as [string, string]));
}, 120_000);
afterAll(async () => {
  await admin.end();
  await running.stop();
  for (const name of Object.keys(process.env)) if (!(name in saved)) delete process.env[name];
  Object.assign(process.env, saved);
  await rm(folder, { recursive: true });
  await database.drop();
});

/** Run the command as a person would: what is secret comes by standard input. */
async function keys(args: readonly string[], typed: readonly string[] = []): Promise<{ code: number; text: string }> {
  const lines = Readable.from([typed.map((line) => `${line}\n`).join('')]);
  return runKeys([...args, '--data', folder], new Prompt(lines));
}

const as = (number: 1 | 2) => ['--as', `custodian-${number}`];
const secret = (number: 1 | 2) => people[`custodian-${number}`]!;
const found = (text: string, pattern: RegExp): string => pattern.exec(text)![1]!;
const BDK = ['--purpose', 'bdk', '--usage', 'B0', '--type', 'AES128', '--tenant', TENANT, '--zone', 'aes-maker1'];

describe('npm run keys', { timeout: 60_000 }, () => {
  it('makes the custodians of a sandbox once, in a private file', async () => {
    expect(Object.keys(people)).toEqual(['custodian-1', 'custodian-2']);
    expect((await stat(join(folder, 'custodians.json'))).mode & 0o777).toBe(0o600);
    expect((await stat(join(folder, 'hsm', 'operator-door.json'))).mode & 0o777).toBe(0o600);
    expect((await keys(['custodians'])).text).toContain(secret(1));
  });

  it('[CC-10] takes a key in two components from two people, in two commands, and activates it by both', async () => {
    const [a, b] = [randomBytes(16).toString('hex'), randomBytes(16).toString('hex')];
    const first = await keys(['import', ...BDK, ...as(1)], [secret(1), a]);
    expect(first.text).toMatch(/component 1, check value [0-9A-F]{6}/);
    const ceremony = ['import', '--ceremony', found(first.text, /--ceremony (\S+)/)];
    expect((await keys([...ceremony, ...as(1)], [secret(1), b])).text).toContain('another custodian');
    const second = await keys([...ceremony, ...as(2)], [secret(2), b]);
    expect(second.text).toMatch(/the key, check value [0-9A-F]{6}/);
    const keyId = found(second.text, /activate (\S+)/);
    const ordered = await keys(['activate', keyId, ...as(1)], [secret(1)]);
    const approve = ['approve', found(ordered.text, /approve (\S+)/)];
    expect(await keys([...approve, ...as(1)], [secret(1)])).toMatchObject({ code: 1 });
    expect((await keys([...approve, ...as(2)], [secret(2)])).text).toMatch(new RegExp(`^active .*${keyId}$`));
    const inventory = await keys(['list']);
    expect(inventory.text).toContain(keyId);
    expect(inventory.text).toContain('pan-kek');
  });

  it('refuses a component on the command line, a wrong secret, and a person it does not know', async () => {
    const component = randomBytes(16).toString('hex');
    expect((await keys(['import', 'x', component, ...as(1)])).text).toContain('never stands on the command line');
    expect((await keys(['generate', ...BDK, ...as(1)], ['wrong'])).text).toContain('does not accept this custodian');
    expect((await keys(['generate', ...BDK, '--as', 'nobody'], ['wrong'])).text).toContain('does not accept');
    expect((await keys(['generate', ...BDK, ...as(1)])).text).toContain('is missing');
  });

  it('rotates a key by both, and carries it to a partner and back as a block', async () => {
    const zone = ['--zone', 'partner1'];
    const transport = ['--purpose', 'transport', '--usage', 'K1', '--type', 'AES256', ...zone];
    const made = await keys(['generate', ...transport, ...as(1)], [secret(1)]);
    const under = found(made.text, /activate (\S+)/);
    const both = async (order: readonly string[]) => {
      const { text } = await keys([...order, ...as(1)], [secret(1)]);
      return keys(['approve', found(text, /approve (\S+)/), ...as(2)], [secret(2)]);
    };
    await both(['activate', under]);
    const bdk = found((await keys(['list'])).text, /(bdk-\S+)/);
    const [, kcv] = /\s([0-9A-F]{6})\s/.exec((await keys(['list'])).text.split('\n').find((l) => l.includes(bdk))!)!;
    const exported = await both(['export', bdk, '--under', under]);
    const block = exported.text.split('\n').at(-1)!;
    expect(block).toMatch(/^D[0-9]{4}B0AX/);
    const other = [...BDK.slice(0, 7), randomUUID(), '--zone', 'aes-maker2'];
    const come = (value: string) =>
      keys(['import-block', ...other, '--under', under, '--kcv', value, ...as(1)], [secret(1), block]);
    expect((await come('FFFFFF')).text).toContain('the key block is refused');
    expect((await come(kcv!)).text).toContain(`bdk-${other[7]}-aes-maker2-v1`);
    const rotated = await both(['rotate', bdk]);
    expect(rotated.text).toMatch(/^active .*-v2$/m);
    expect((await keys(['list'])).text).toMatch(new RegExp(`^decrypt-only .*${bdk}$`, 'm'));
  });

  it('loads a reader by a one-use code, and blocks it', async () => {
    const under = found((await keys(['list'])).text, /(transport-\S+)/);
    const place = ['--tenant', randomUUID(), '--terminal', randomUUID()];
    const [code] = (await keys(['device-code', ...place])).text.split('\n');
    const loaded = await keys(['device-load', ...place, '--under', under], [code!]);
    expect(loaded.text).toMatch(/^device \S+, key id [0-9A-F]{16}, profile \S+\nD[0-9]{4}B1AX/);
    expect((await keys(['device-load', ...place, '--under', under], [code!])).code).toBe(1);
    const device = found(loaded.text, /^device (\S+),/);
    const lose = ['device-lose', device, ...place.slice(0, 2), '--as', 'hq', '--reason', 'stolen'];
    expect((await keys(lose)).text).toContain('is retired');
  });

  it('[CC-32] reports keys, devices and the HSM', async () => {
    const report = JSON.parse((await keys(['report'])).text) as {
      keys: { id: string; algorithm: string; bits: number }[];
      devices: { id: string }[];
      hsm: { name: string; isHealthy: boolean; capabilities: { operations: string[] } };
    };
    const { rows } = await admin.query<{ id: string; algorithm: string }>('select id, algorithm from vault.key_record');
    const ids = (lines: readonly { id: string; algorithm: string }[]) =>
      lines.map(({ id, algorithm }) => `${id} ${algorithm}`).sort();
    expect(ids(report.keys)).toEqual(ids(rows));
    expect(report.keys.find(({ id }) => id === 'pan-kek')).toMatchObject({ algorithm: 'AES256', bits: 256 });
    expect(report.hsm).toMatchObject({ name: 'software', isHealthy: true, isPaymentGrade: false });
    expect(report.hsm.capabilities.operations.length).toBeGreaterThan(10);
    const devices = await admin.query<{ id: string }>('select id from vault.device');
    expect(report.devices.map(({ id }) => id)).toEqual(devices.rows.map(({ id }) => id));
    expect(report.devices).toHaveLength(1);
    expect((await keys(['forecast', '--days', '800'])).text).toContain('zone-pin');
  });

  it('[CC-25] proves the audit, and names the first bad row of one that was changed', async () => {
    expect(await keys(['audit-verify'])).toMatchObject({ code: 0 });
    const { rows } = await admin.query<{ id: string }>(
      `select id from vault.audit where operation = 'key_born' limit 1`,
    );
    await admin.query(`update vault.audit set actor = 'somebody' where id = $1`, [rows[0]!.id]);
    const verdict = await keys(['audit-verify']);
    expect(verdict.code).toBe(2);
    expect(verdict.text).toContain(rows[0]!.id);
  });

  it('ends a tenant by both, and proves the certificate of it or says that it is forged', async () => {
    const ordered = await keys(['erase-tenant', TENANT, ...as(1)], [secret(1)]);
    const approve = ['approve-tenant', found(ordered.text, /approve-tenant (\S+)/)];
    expect(await keys([...approve, ...as(1)], [secret(1)])).toMatchObject({ code: 1 });
    const file = join(folder, 'certificate.json');
    expect((await keys([...approve, '--out', file, ...as(2)], [secret(2)])).text).toContain('erased');
    expect(await keys(['verify-certificate', file])).toMatchObject({
      code: 0,
      text: expect.stringContaining('genuine'),
    });
    await writeFile(file, (await readFile(file, 'utf8')).replace('custodian-1', 'custodian-9'));
    expect(await keys(['verify-certificate', file])).toMatchObject({
      code: 1,
      text: expect.stringContaining('NOT GENUINE'),
    });
    await writeFile(file, 'PK');
    expect((await keys(['verify-certificate', file])).text).toContain('not a certificate');
    const group = await keys(['join-group', randomUUID(), '--group', 'depachika', ...as(2)], [secret(2)]);
    const joined = ['approve-tenant', found(group.text, /approve-tenant (\S+)/), ...as(1)];
    expect((await keys(joined, [secret(1)])).text).toContain('members:');
  });

  it('[C11] replaces a custodian by two others, and by nobody who only says so', async () => {
    const fresh = 'a secret of the newcomer';
    const ordered = await keys(['replace-custodian', 'custodian-2', '--with', 'emi', ...as(1)], [secret(1), fresh]);
    const order = found(ordered.text, /approve (\S+) --as/);
    expect(await keys(['approve', order, ...as(1)], [secret(1)])).toMatchObject({ code: 1 });
    expect((await keys(['approve', order, ...as(2)], [secret(2)])).text).toBe('emi has taken the place of custodian-2');
    const back = ['replace-custodian', 'emi', '--with', 'third', '--as'];
    expect(await keys([...back, 'custodian-2'], [secret(2), fresh])).toMatchObject({ code: 1 });
    expect(await keys([...back, 'emi'], [fresh, fresh])).toMatchObject({ code: 0 });
  });

  it('leaves no secret and no component in the database', async () => {
    const { rows } = await admin.query<{ dump: string }>(
      `select string_agg(t::text, '') as dump from (select a::text from vault.audit a union all select k::text from vault.key_order k
       union all select c::text from vault.custodian c) t`,
    );
    for (const text of Object.values(people)) expect(rows[0]!.dump).not.toContain(text);
    expect(await readFile(join(folder, 'custodians.json'), 'utf8')).toContain(secret(2)); // the search would find it
  });
});
