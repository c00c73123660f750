import { DUKPT_PROFILES, TerminalDukpt } from '@tsunagu/hsm';
import { Secret } from '@tsunagu/kernel';
import { AppLogger, InternalErrorFilter, VaultClient, bootstrap, type RunningApp } from '@tsunagu/platform';
import type { Caller, EnrolDeviceRequest, OpenCardAnswer, OpenCardRequest } from '@tsunagu/contracts';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../test/kit/database.js';
import { VaultAppModule } from './app.module.js';

const SECRET = 'cd'.repeat(32);
const PAN = '4111111111111111';
/** Ten of 21 bits set: the last counter that a TDES key has. */
const LAST_TDES_COUNTER = 0x1ff800;
const refused = { code: 'card_data_invalid', status: 422 };
const saved = { ...process.env };
let database: TestDatabase;
let directory: string;
let admin: pg.Client;
const vaults: RunningApp[] = [];
const clients = new Map<string, VaultClient>();

beforeAll(async () => {
  database = await testDatabase();
  directory = await mkdtemp(join(tmpdir(), 'two-vaults-'));
  admin = new pg.Client({ connectionString: database.adminUrl });
  await admin.connect();
  Object.assign(process.env, {
    TSUNAGU_MODE: 'sandbox',
    PORT: '0',
    DATABASE_URL: database.url('vault'),
    HSM_DIR: directory,
    INTERNAL_SECRET: SECRET,
    LOG_LEVEL: 'silent',
    NODE_NAME: 'two-vaults-spec',
  });
  for (const name of ['vault', 'vault'] as const) {
    const configure = (app: Parameters<NonNullable<Parameters<typeof bootstrap>[1]['configure']>>[0]) =>
      void app.useGlobalFilters(new InternalErrorFilter(app.get(AppLogger)));
    vaults.push(await bootstrap(VaultAppModule, { name, configure }));
  }
}, 60_000);
afterAll(async () => {
  for (const client of clients.values()) await client.onApplicationShutdown();
  for (const vault of vaults) await vault.stop();
  for (const name of Object.keys(process.env)) if (!(name in saved)) delete process.env[name];
  Object.assign(process.env, saved);
  await admin.end();
  await rm(directory, { recursive: true });
  await database.drop();
});

function door(vault: 0 | 1, caller: Caller = 'api'): VaultClient {
  const name = `${vault}|${caller}`;
  const url = `http://127.0.0.1:${vaults[vault]!.port}`;
  const client = clients.get(name) ?? new VaultClient({ url, caller, secret: new Secret(SECRET) });
  clients.set(name, client);
  return client;
}

const page = async (vault: 0 | 1): Promise<string> =>
  (await fetch(`http://127.0.0.1:${vaults[vault]!.port}/metrics`)).text();

/** A reader that was enrolled through the door, and the messages it sends. */
async function aReader(scheme: EnrolDeviceRequest['scheme'] = 'AES-DUKPT') {
  const [tenantId, terminalId] = [randomUUID(), randomUUID()];
  const device = await door(0, 'operator').enrolDevice({ tenantId, terminalId, scheme, requestId: 'r' });
  const profile = DUKPT_PROFILES[device.profileName as keyof typeof DUKPT_PROFILES];
  const terminal = new TerminalDukpt(profile, Buffer.from(device.initialKey, 'hex'), device.initialKeyId);
  const isTlv = profile.content === 'TLV';
  const content = isTlv ? Buffer.from(`5713${PAN}D29081011235285492365F`, 'hex') : Buffer.from(`;${PAN}=2908101?`);
  return (counter: number, card: object = {}): OpenCardRequest => {
    const { nextCounter: _, ...sent } = terminal.encryptCard(counter, content);
    const format = scheme === 'AES-DUKPT' ? 'dukpt_aes' : 'dukpt_tdes';
    return {
      tenantId,
      terminalId,
      intent: `i-${counter}`,
      requestId: 'r',
      card: { format, entryMode: 'chip', ...sent, ...card },
    };
  };
}

/** As a till does: a busy vault that said 503 is asked the same again. */
async function openUntilServed(vault: 0 | 1, request: OpenCardRequest): Promise<OpenCardAnswer> {
  for (let tries = 0; ; tries += 1) {
    try {
      return await door(vault).open(request);
    } catch (error) {
      if ((error as { status?: number }).status !== 503 || tries === 20) throw error;
    }
  }
}

describe('two vaults behind one name', { timeout: 30_000 }, () => {
  it('let one of a hundred purchases have a key serial number, and tell the others of the replay [CC-17]', async () => {
    const reader = await aReader();
    const message = reader(1);
    const racers = Array.from({ length: 100 }, (_, i) =>
      openUntilServed(i % 2 === 0 ? 0 : 1, { ...message, intent: `racer-${i}` }),
    );
    const done = await Promise.allSettled(racers);
    expect(done.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
    for (const one of done) {
      if (one.status === 'rejected') expect(one.reason).toMatchObject({ code: 'ksn_replay', status: 409 });
    }
    const used = await admin.query('select from vault.ksn_use where tenant_id = $1', [message.tenantId]);
    expect(used.rowCount).toBe(1);
  });

  it('suspend a reader whose MACs are wrong five times, whichever of them it asks [CC-21]', async () => {
    const reader = await aReader();
    await door(0).open(reader(1));
    for (let i = 0; i < 5; i += 1) {
      await expect(door(i % 2 === 0 ? 0 : 1).open(reader(2, { mac: '00'.repeat(16) }))).rejects.toMatchObject(refused);
    }
    const { rows } = await admin.query('select state from vault.device where tenant_id = $1', [reader(2).tenantId]);
    expect(rows).toEqual([{ state: 'suspended' }]);
    await expect(door(0).open(reader(2))).rejects.toMatchObject(refused); // the fifth came here
  });

  it('refuse clear card data from an encrypting reader, and count it [CC-20]', async () => {
    const reader = await aReader();
    const before = /opens_total\{result="clear_card_data"\} (\d+)/.exec(await page(1))?.[1] ?? '0';
    await expect(door(1).open(reader(1, { emv: `5A08${PAN}` }))).rejects.toMatchObject(refused);
    expect(await page(1)).toContain(`tsunagu_vault_opens_total{result="clear_card_data"} ${Number(before) + 1}`);
    const kept = await admin.query('select from vault.card where tenant_id = $1', [reader(1).tenantId]);
    expect(kept.rowCount).toBe(0);
  });

  it('say on their metrics page that a reader jumped, went back, or has few keys left', async () => {
    const reader = await aReader('TDES-DUKPT');
    await door(1).open(reader(LAST_TDES_COUNTER));
    await expect(door(1).open(reader(1))).rejects.toMatchObject({ code: 'ksn_stale', status: 409 });
    const text = await page(1);
    for (const kind of ['jump', 'regression', 'exhaustion']) {
      expect(text, kind).toContain(`tsunagu_vault_counter_alarms_total{kind="${kind}"} 1`);
    }
  });
});
