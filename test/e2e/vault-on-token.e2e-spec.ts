import { CardVaultModule } from '@tsunagu/card-vault';
import type { Caller, OpenCardRequest } from '@tsunagu/contracts';
import { DUKPT_PROFILES, EnvelopeOpener, HsmProvider, TerminalDukpt, openHsm } from '@tsunagu/hsm';
import { SoftToken, softTokenLack } from '@tsunagu/hsm/primitives';
import { Secret } from '@tsunagu/kernel';
import {
  AppLogger,
  InternalErrorFilter,
  PlatformModule,
  VaultClient,
  bootstrap,
  type RunningApp,
} from '@tsunagu/platform';
import { Module } from '@nestjs/common';
import { randomUUID } from 'node:crypto';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { Prompt } from '../../tools/keys/prompt.js';
import { runKeys } from '../../tools/keys/run-keys.js';
import { testDatabase, type TestDatabase } from '../kit/database.js';

const lack = await softTokenLack();
if (lack !== undefined) console.warn(`!! THE VAULT ON A TOKEN IS NOT TESTED: ${lack}`);

const SECRET = 'ab'.repeat(32);
const saved = { ...process.env };
let token: SoftToken;
let database: TestDatabase;
let directory: string;
let running: RunningApp;
let switchHsm: HsmProvider;
let admin: pg.Client;
const clients: VaultClient[] = [];

@Module({ imports: [PlatformModule.forRoot({ app: 'vault', database: 4 }), CardVaultModule] })
class VaultOnToken {}

function as(caller: Caller): VaultClient {
  const client = new VaultClient({ url: `http://127.0.0.1:${running.port}`, caller, secret: new Secret(SECRET) });
  clients.push(client);
  return client;
}

/** A till whose reader was enrolled at this vault; each payment takes the next counter. */
async function aTill() {
  const [tenantId, terminalId] = [randomUUID(), randomUUID()];
  const device = await as('operator').enrolDevice({ tenantId, terminalId, scheme: 'AES-DUKPT', requestId: 'r' });
  const profile = DUKPT_PROFILES['aes128-cbc-cmac-tlv'];
  const reader = new TerminalDukpt(profile, Buffer.from(device.initialKey, 'hex'), device.initialKeyId);
  const tlv = Buffer.from('57134111111111111111D29081011235285492365F', 'hex');
  const pay = (counter: number): OpenCardRequest => {
    const { nextCounter: _, ...sent } = reader.encryptCard(counter, tlv);
    const card = { format: 'dukpt_aes', entryMode: 'chip', ...sent } as const;
    return { tenantId, terminalId, intent: `i-${counter}`, requestId: 'r', card };
  };
  return { tenantId, reader, pay };
}

/** Counters that readers of a tenant have used up. */
async function claims(tenantId: string): Promise<number> {
  return (await admin.query('select from vault.ksn_use where tenant_id = $1', [tenantId])).rowCount!;
}

/** A command of the operator, as a person types it. */
async function keys(argv: readonly string[], typed: readonly string[] = []): Promise<string> {
  const lines = Readable.from([typed.map((line) => `${line}\n`).join('')]);
  const { code, text } = await runKeys([...argv, '--data', directory], new Prompt(lines));
  expect(code, text).toBe(0);
  return text;
}

/** The next version of the active key of a purpose, made by one custodian and approved by another. */
async function rotate(purpose: string, people: readonly (readonly [string, string])[]): Promise<void> {
  const [[first, secret], [second, other]] = people as [[string, string], [string, string]];
  const { keys: all } = JSON.parse(await keys(['list', '--json'])) as {
    keys: { id: string; purpose: string; state: string }[];
  };
  const { id } = all.find((key) => key.purpose === purpose && key.state === 'active')!;
  const order = /approve (\S+) --as/.exec(await keys(['rotate', id, '--as', first], [secret]))![1]!;
  expect(await keys(['approve', order, '--as', second], [other])).toMatch(/^active /);
}

describe.skipIf(lack !== undefined)('the vault on a PKCS#11 token', { timeout: 30_000 }, () => {
  beforeAll(async () => {
    [token, database, directory] = [
      await SoftToken.make(),
      await testDatabase(),
      await mkdtemp(join(tmpdir(), 'vault-on-token-')),
    ];
    const env: Record<string, string> = {
      TSUNAGU_MODE: 'sandbox',
      PORT: '0',
      DATABASE_URL: database.url('vault'),
      INTERNAL_SECRET: SECRET,
      LOG_LEVEL: 'silent',
      NODE_NAME: 'vault-token-spec',
      AUDIT_ANCHOR_FILE: join(directory, 'anchors.jsonl'),
      HSM_PROVIDER: 'pkcs11',
      PKCS11_LIBRARY: token.library,
      PKCS11_TOKEN_LABEL: token.label,
      PKCS11_PIN_FILE: token.settings.pinFile,
      DEVICE_PROFILES: 'aes128-cbc-cmac-tlv',
    };
    Object.assign(process.env, env);
    running = await bootstrap(VaultOnToken, {
      name: 'vault',
      configure: (app) => void app.useGlobalFilters(new InternalErrorFilter(app.get(AppLogger))),
    });
    admin = new pg.Client({ connectionString: database.adminUrl });
    await admin.connect();
    Object.assign(process.env, { VAULT_URL: `http://127.0.0.1:${running.port}` });
    const variable = (name: string): string | null => env[name] ?? null;
    switchHsm = await openHsm({ partition: 'switch', mode: 'sandbox', variable, warn: () => undefined });
  }, 60_000);
  afterAll(async () => {
    await admin.end();
    for (const client of clients) await client.onApplicationShutdown();
    const hsm = running.app.get(HsmProvider);
    await running.stop();
    hsm.close(); // a process ends its logins by ending; this one goes on with other tests
    switchHsm.close();
    for (const name of Object.keys(process.env)) {
      if (!(name in saved) && name !== 'SOFTHSM2_CONF') delete process.env[name];
    }
    Object.assign(process.env, { ...saved, SOFTHSM2_CONF: process.env['SOFTHSM2_CONF'] });
    await rm(directory, { recursive: true });
    await database.drop();
    await token.remove();
  });

  it('opens a card of a till, and the switch opens what it sealed', async () => {
    const { tenantId, pay } = await aTill();
    const { tokenId, card, envelope } = await as('api').open(pay(1));
    expect(card).toMatchObject({ brand: 'visa', last4: '1111' });
    const account = await new EnvelopeOpener(switchHsm).openAccount(tenantId, envelope.account);
    expect(account.pan.toString()).toBe('4111111111111111');
    account.wipe();
    expect((await as('api').open(pay(2))).tokenId).toBe(tokenId);
  });

  it('refuses a replay and a changed MAC as ever', async () => {
    const { pay } = await aTill();
    const first = pay(1);
    await as('api').open(first);
    await expect(as('api').open({ ...first, intent: 'other' })).rejects.toMatchObject({ code: 'ksn_replay' });
    const second = pay(2);
    const mac = '00'.repeat(16);
    await expect(as('api').open({ ...second, card: { ...second.card, mac } })).rejects.toMatchObject({
      code: 'card_data_invalid',
    });
  });

  it('refuses a PIN, which no token translates, and a reader whose scheme it cannot serve', async () => {
    const { pay, reader } = await aTill();
    const request = pay(1);
    const pinBlock = reader.encryptPin(1, '1234', '4111111111111111');
    await expect(as('api').open({ ...request, card: { ...request.card, pinBlock } })).rejects.toMatchObject({
      status: 422,
    });
    const page = await (await fetch(`http://127.0.0.1:${running.port}/metrics`)).text();
    expect(page).toContain('tsunagu_vault_opens_total{result="pin_unsupported"} 1'); // the reason is for the operator alone
    const old = { tenantId: randomUUID(), terminalId: randomUUID(), scheme: 'TDES-DUKPT', requestId: 'r' } as const;
    await expect(as('operator').enrolDevice(old)).rejects.toMatchObject({
      status: 422,
      code: 'device_profile_unsupported',
    });
  });

  it('[C10, CC-28] answers 503 while the token is away, soon without asking it, uses no counter, and comes back by itself', async () => {
    const { pay, tenantId } = await aTill();
    await as('api').open(pay(1));
    const waiting = pay(2);
    await token.hide();
    for (let i = 0; i < 8; i += 1) {
      await expect(as('api').open(waiting)).rejects.toMatchObject({ status: 503, code: 'card_service_unavailable' });
    }
    // five calls without an answer open the breaker; how long one of them may take is in the guard's own spec
    const page = await (await fetch(`http://127.0.0.1:${running.port}/metrics`)).text();
    expect(page).toMatch(/tsunagu_vault_hsm_failures_total\{reason="unavailable"\} [5-9]/);
    expect(page).toMatch(/tsunagu_vault_hsm_failures_total\{reason="breaker"\} [1-9]/);
    expect(await claims(tenantId)).toBe(1);
    await token.show();
    const opened = await untilServed(() => as('api').open(waiting));
    expect([opened.card.last4, await claims(tenantId)]).toEqual(['1111', 2]);
    // its counter was free until now, and is used once
    await expect(as('api').open({ ...waiting, intent: 'other' })).rejects.toMatchObject({ code: 'ksn_replay' });
  });

  it.each([
    [
      'cannot read the folder of its token',
      async () => {
        await token.hide();
        process.env['SOFTHSM2_CONF'] = token.folder; // a folder in the place of the file
      },
      async () => {
        process.env['SOFTHSM2_CONF'] = join(token.folder, 'softhsm2.conf');
        await token.show();
      },
    ],
    ['was logged out', () => token.logOut(), () => Promise.resolve()],
  ])(
    '[C10, CC-28] answers 503 when it %s, uses no counter twice, and comes back by itself',
    async (_what, take, give) => {
      const { pay, tenantId } = await aTill();
      await untilServed(() => as('api').open(pay(1)));
      const waiting = pay(2);
      await take();
      await expect(as('api').open(waiting)).rejects.toMatchObject({ status: 503, code: 'card_service_unavailable' });
      expect(await claims(tenantId)).toBe(1);
      await give();
      const { tokenId } = await untilServed(() => as('api').open(waiting));
      expect((await untilServed(() => as('api').open(waiting))).tokenId).toBe(tokenId);
      expect(await claims(tenantId)).toBe(2);
    },
  );

  it('[C12] rotates each key of the house inside the token while cards are opened, and not one fails', async () => {
    const people = [
      ['aoi', 'aoi and a long secret'],
      ['ren', 'ren and a long secret'],
    ] as const;
    await keys(
      ['custodians', '--names', 'aoi,ren'],
      people.map(([, secret]) => secret),
    );
    const tills = [await aTill(), await aTill()];
    const failed: unknown[] = [];
    const sealed: { tenantId: string; envelope: Awaited<ReturnType<VaultClient['open']>>['envelope'] }[] = [];
    let isOn = true;
    const load = Promise.all(
      tills.map(async ({ tenantId, pay }) => {
        for (let counter = 1; isOn; counter += 1) {
          try {
            sealed.push({ tenantId, envelope: (await as('api').open(pay(counter))).envelope });
          } catch (error) {
            failed.push(error);
          }
        }
      }),
    );
    for (const purpose of ['pan-kek', 'tenant-kek', 'pan-index', 'audit', 'certificate', 'ceremony', 'zone-pin']) {
      const before = sealed.length;
      await rotate(purpose, people);
      await vi.waitUntil(() => sealed.length > before + 1 || failed.length > 0, { timeout: 10_000, interval: 20 });
    }
    isOn = false;
    await load;
    expect(failed).toEqual([]);
    const last = sealed.at(-1)!;
    const account = await new EnvelopeOpener(switchHsm).openAccount(last.tenantId, last.envelope.account);
    expect(account.pan.toString()).toBe('4111111111111111');
    account.wipe();
  }, 120_000);
});

/** Ask again while the answer is 503, as a till does. */
async function untilServed<T>(ask: () => Promise<T>): Promise<T> {
  for (let attempt = 0; ; attempt += 1) {
    try {
      return await ask();
    } catch (error) {
      const isAway = error instanceof Error && 'status' in error && error.status === 503;
      if (!isAway || attempt === 60) throw error;
      await new Promise((resolve) => setTimeout(resolve, 100));
    }
  }
}
