import { DUKPT_PROFILES, TerminalDukpt } from '@tsunagu/hsm';
import { Secret } from '@tsunagu/kernel';
import { AppLogger, InternalErrorFilter, VaultClient, bootstrap, type RunningApp } from '@tsunagu/platform';
import type { Caller, OpenCardRequest } from '@tsunagu/contracts';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { testDatabase, type TestDatabase } from '../../../test/kit/database.js';
import { VaultAppModule } from './app.module.js';

const SECRET = 'ab'.repeat(32);
const saved = { ...process.env };
let database: TestDatabase;
let directory: string;
let running: RunningApp;
const clients: VaultClient[] = [];

beforeAll(async () => {
  database = await testDatabase();
  directory = await mkdtemp(join(tmpdir(), 'vault-app-'));
  Object.assign(process.env, {
    TSUNAGU_MODE: 'sandbox',
    PORT: '0',
    DATABASE_URL: database.url('vault'),
    HSM_DIR: directory,
    INTERNAL_SECRET: SECRET,
    LOG_LEVEL: 'silent',
    NODE_NAME: 'vault-spec',
  });
  running = await bootstrap(VaultAppModule, {
    name: 'vault',
    configure: (app) => void app.useGlobalFilters(new InternalErrorFilter(app.get(AppLogger))),
  });
}, 60_000);
afterAll(async () => {
  for (const client of clients) await client.onApplicationShutdown();
  await running.stop();
  for (const name of Object.keys(process.env)) if (!(name in saved)) delete process.env[name];
  Object.assign(process.env, saved);
  await rm(directory, { recursive: true });
  await database.drop();
});

function as(caller: Caller, secret = SECRET): VaultClient {
  const client = new VaultClient({ url: `http://127.0.0.1:${running.port}`, caller, secret: new Secret(secret) });
  clients.push(client);
  return client;
}

async function aCard(): Promise<OpenCardRequest> {
  const [tenantId, terminalId] = [randomUUID(), randomUUID()];
  const device = await as('operator').enrolDevice({ tenantId, terminalId, scheme: 'AES-DUKPT', requestId: 'r' });
  const profile = DUKPT_PROFILES['aes128-cbc-cmac-tlv'];
  const terminal = new TerminalDukpt(profile, Buffer.from(device.initialKey, 'hex'), device.initialKeyId);
  const { nextCounter, ...sent } = terminal.encryptCard(
    1,
    Buffer.from('57134111111111111111D29081011235285492365F', 'hex'),
  );
  expect(nextCounter).toBe(2);
  return {
    tenantId,
    terminalId,
    intent: 'i-1',
    requestId: 'r',
    card: { format: 'dukpt_aes', entryMode: 'chip', ...sent },
  };
}

describe('the doors of the vault', { timeout: 30_000 }, () => {
  it('opens a card for the api and seals its account again', async () => {
    const request = await aCard();
    const { tokenId, card } = await as('api').open(request);
    expect(card).toMatchObject({ brand: 'visa', last4: '1111' });
    const { tenantId } = request;
    const sealed = await as('api').sealAccount({ tenantId, tokenId, purpose: 'refund', requestId: 'r' });
    expect(sealed.envelope.sad).toBeNull();
    const missing = as('api').sealAccount({ tenantId, tokenId: randomUUID(), purpose: 'refund', requestId: 'r' });
    await expect(missing).rejects.toMatchObject({ code: 'resource_missing', status: 404 });
  });

  it('tells callers the code of a replay, and one thing for every other fault [C8]', async () => {
    const request = await aCard();
    await as('api').open(request);
    await expect(as('api').open({ ...request, intent: 'i-2' })).rejects.toMatchObject({
      code: 'ksn_replay',
      status: 409,
    });
    for (const card of [
      { mac: '00'.repeat(16) },
      { ciphertext: 'zz' },
      { ksn: '00' },
      { entryMode: 'x' },
      { emv: '57' },
      { pinBlock: [] },
    ]) {
      const bad = { ...request, card: { ...request.card, ...card } } as OpenCardRequest;
      await expect(as('api').open(bad)).rejects.toMatchObject({ code: 'card_data_invalid', status: 422 });
    }
  });

  it('answers 400 to a request that is not of the contract', async () => {
    const request = await aCard();
    for (const change of [{ tenantId: "'; --" }, { intent: '' }, { card: [] }]) {
      await expect(as('api').open({ ...request, ...change } as OpenCardRequest)).rejects.toMatchObject({
        code: 'parameter_invalid',
        status: 400,
      });
    }
  });

  it('is closed to callers without that right, and to wrong secrets', async () => {
    const request = await aCard();
    await expect(as('worker').open(request)).rejects.toMatchObject({ status: 403 });
    await expect(as('api', 'cd'.repeat(32)).open(request)).rejects.toMatchObject({ status: 403 });
    const { tenantId, terminalId } = request;
    await expect(
      as('api').enrolDevice({ tenantId, terminalId, scheme: 'AES-DUKPT', requestId: 'r' }),
    ).rejects.toMatchObject({ status: 403 });
  });

  it('is ready when database, migrations and HSM are, and counts what it opens', async () => {
    const ready = await fetch(`http://127.0.0.1:${running.port}/health/ready`);
    expect(await ready.json()).toMatchObject({
      ready: true,
      checks: { database: 'ok', migrations: 'ok', hsm: 'ok' },
    });
    const page = await (await fetch(`http://127.0.0.1:${running.port}/metrics`)).text();
    expect(page).toMatch(/tsunagu_vault_opens_total\{result="claimed"\} [1-9]/);
    expect(page).toMatch(/tsunagu_vault_mac_failures_total [1-9]/);
    expect(page).toMatch(/tsunagu_vault_replays_total [1-9]/);
  });
});
