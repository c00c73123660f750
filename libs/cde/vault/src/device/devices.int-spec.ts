import { DUKPT_PROFILES, TerminalDukpt } from '@tsunagu/hsm';
import { testDatabase } from '../../../../../test/kit/database.js';
import { componentCheckValue } from '../ceremony/new-key.js';
import { randomBytes, randomUUID } from 'node:crypto';
import type pg from 'pg';
import { afterAll, beforeAll, describe, expect, it, vi } from 'vitest';
import { DeviceRegistry } from './device-registry.js';
import { Till, type BenchClock, type VaultNode } from '../vault-test-bench.js';
import { VaultHouse, aoi, ren } from '../vault-test-house.js';

const VISA = '4111111111111111';
const PROFILE = 'aes128-cbc-cmac-tlv';
let house: VaultHouse;
let clock: BenchClock;
let vault: VaultNode;
let second: VaultNode;
let admin: pg.Client;
let transport: { id: string };

beforeAll(async () => {
  house = await VaultHouse.open(await testDatabase());
  [vault, second] = house.nodes;
  ({ clock, admin } = house);
  transport = await aTransportKey();
}, 60_000);
afterAll(() => house.close());

async function aTransportKey(): Promise<{ id: string }> {
  const [a, b] = [randomBytes(32), randomBytes(32)];
  const what = { purpose: 'transport', usage: 'K1', algorithm: 'AES256', tenantId: null, zone: 'loader' } as const;
  const { ceremonyId } = await vault.keys.components.begin(what, a.toString('hex'), aoi);
  const { key } = await vault.keys.components.finish(ceremonyId, b.toString('hex'), ren);
  await house.approved('activate', key!.id);
  return { id: key!.id };
}

const place = () => ({ tenantId: randomUUID(), terminalId: randomUUID(), requestId: 'r' });
const codeFor = async (where: ReturnType<typeof place>) =>
  (await vault.keys.codes.issue({ ...where, profileName: PROFILE, zone: 'aes-dukpt' })).code;

describe('loading a reader', { timeout: 30_000 }, () => {
  it('gives its first key as a key block, and the reader pays with it', async () => {
    const where = place();
    const answer = await vault.keys.loader.load({ ...where, code: await codeFor(where), wrappingKeyId: transport.id });
    expect(answer.keyBlock).toMatch(new RegExp(`^D[0-9]{4}B1AX..E0[12]00IK14${answer.initialKeyId}`));
    const [{ bdk_id: bdkId }] = (
      await admin.query<{ bdk_id: string }>('select bdk_id from vault.device where id = $1', [answer.deviceId])
    ).rows as [{ bdk_id: string }];
    const bdk = { provider: 'software', id: bdkId };
    const key = await vault.hsm.exportClearInitialKey({ bdk, scheme: 'AES-DUKPT', ikid: answer.initialKeyId });
    const loaded = await vault.hsm.importKeyBlock({
      id: 'loader',
      scope: 'bdk',
      kbpk: { provider: 'software', id: transport.id },
      keyBlock: answer.keyBlock,
      expect: { usage: 'B1', type: 'AES128' },
    });
    expect(loaded.kcv).toBe(componentCheckValue(key, 'AES128')); // what the loader got is the key of this reader
    const terminal = new TerminalDukpt(DUKPT_PROFILES[PROFILE], key, answer.initialKeyId);
    const { nextCounter, ...sent } = terminal.encryptCard(1, Buffer.from(`5713${VISA}D29081011235285492365F`, 'hex'));
    expect(nextCounter).toBe(2);
    const card = { format: 'dukpt_aes', entryMode: 'chip', ...sent } as const;
    expect((await vault.open({ ...where, intent: 'i', card })).card.last4).toBe('1111');
  });

  it('takes a code once, for a quarter of an hour, for its terminal, and not after five guesses', async () => {
    const load = (where: ReturnType<typeof place>, code: string) =>
      vault.keys.loader.load({ ...where, code, wrappingKeyId: transport.id });
    const refused = { code: 'permission_denied' };
    const where = place();
    const code = await codeFor(where);
    await expect(load({ ...where, terminalId: randomUUID() }, code)).rejects.toMatchObject(refused);
    await expect(load({ ...where, tenantId: randomUUID() }, code)).rejects.toMatchObject(refused);
    await load(where, code.toLowerCase());
    await expect(load(where, code)).rejects.toMatchObject(refused);
    const old = await codeFor(where);
    clock.advance(15 * 60_000);
    await expect(load(where, old)).rejects.toMatchObject(refused);
    const guessed = await codeFor(where);
    for (let i = 0; i < 5; i += 1) await expect(load(where, '000000000000')).rejects.toMatchObject(refused);
    await expect(load(where, guessed)).rejects.toMatchObject(refused);
    expect((await admin.query('select from vault.device where terminal_id = $1', [where.terminalId])).rowCount).toBe(1);
  });

  it('lets one of many racing loaders have the code', async () => {
    const where = place();
    const code = await codeFor(where);
    const load = () => vault.keys.loader.load({ ...where, code, wrappingKeyId: transport.id });
    const done = await Promise.allSettled(Array.from({ length: 6 }, load));
    expect(done.filter(({ status }) => status === 'fulfilled')).toHaveLength(1);
  });

  it('refuses a reader that its HSM cannot serve or load, with the reason, before anything is made for it', async () => {
    const asked = { ...place(), profileName: PROFILE, zone: 'aes-dukpt' } as const;
    const able = await vault.hsm.capabilities();
    const limited = vi.spyOn(vault.hsm, 'capabilities');
    limited.mockResolvedValue({ ...able, bdkTypes: ['TDES2'] });
    const refused = { code: 'device_profile_unsupported', category: 'unprocessable' };
    const words = 'the software provider cannot serve this reader: it has no AES-DUKPT under AES128 base keys';
    await expect(vault.keys.loader.issueCode(asked)).rejects.toMatchObject({ ...refused, message: words });
    await expect(Till.enrol(vault, 'AES-DUKPT', asked.tenantId)).rejects.toMatchObject(refused);
    limited.mockResolvedValue({ ...able, operations: [] });
    await expect(vault.keys.loader.issueCode(asked)).rejects.toMatchObject(refused);
    limited.mockRestore();
    const made = await admin.query('select from vault.key_record where tenant_id = $1', [asked.tenantId]);
    expect(made.rowCount).toBe(0);
    expect((await vault.keys.loader.issueCode(asked)).code).toHaveLength(12);
  });

  it('[CC-15] never gives two readers one key id, whoever asks', async () => {
    const till = await Till.enrol(vault, 'AES-DUKPT');
    const { initialKeyId } = till.device;
    const added: boolean[] = [];
    const add = DeviceRegistry.prototype.add;
    const drawn = vi.spyOn(DeviceRegistry.prototype, 'add').mockImplementation(async function (
      this: DeviceRegistry,
      tx,
      device,
    ) {
      const isFree = await add.call(this, tx, added.length < 2 ? { ...device, initialKeyId } : device); // two unlucky draws
      added.push(isFree);
      return isFree;
    });
    const other = await Till.enrol(vault, 'AES-DUKPT');
    drawn.mockRestore();
    expect(added).toEqual([false, false, true]);
    expect(other.device.initialKeyId).not.toBe(initialKeyId);
    const { rows } = await admin.query('select tenant_id from vault.device where initial_key_id = $1', [initialKeyId]);
    expect(rows).toEqual([{ tenant_id: till.tenantId }]);
    for (const reader of [till, other]) expect((await vault.open(reader.request(1, VISA))).card.last4).toBe('1111');
  });
});

describe('blocking a reader', { timeout: 30_000 }, () => {
  const deviceOf = async (till: Till): Promise<string> =>
    (await admin.query<{ id: string }>('select id from vault.device where terminal_id = $1', [till.terminalId]))
      .rows[0]!.id;
  const move = async (till: Till, what: 'suspend' | 'resume' | 'retire' | 'lose', tenantId = till.tenantId) =>
    vault.keys.moves.move({
      tenantId,
      deviceId: await deviceOf(till),
      move: what,
      reason: 'test',
      actor: 'hq',
      requestId: 'r',
    });

  it('stops a lost one here at once and in the other vault within five seconds, for ever', async () => {
    const till = await Till.enrol(vault, 'AES-DUKPT');
    await vault.open(till.request(1, VISA));
    await second.open(till.request(2, VISA));
    await move(till, 'lose');
    await expect(vault.open(till.request(3, VISA))).rejects.toMatchObject({ code: 'card_data_invalid' });
    clock.advance(5_000);
    await expect(second.open(till.request(4, VISA))).rejects.toMatchObject({ code: 'card_data_invalid' });
    await expect(move(till, 'resume')).rejects.toMatchObject({ code: 'state_conflict' });
  });

  it('lets a suspended one go on after it was looked at, and writes down who did it', async () => {
    const till = await Till.enrol(vault, 'AES-DUKPT');
    await move(till, 'suspend');
    await expect(vault.open(till.request(1, VISA))).rejects.toMatchObject({ code: 'card_data_invalid' });
    await move(till, 'resume');
    await vault.open(till.request(1, VISA));
    const { rows } = await admin.query<{ result: string; actor: string; facts: string }>(
      `select result, actor, facts from vault.audit where tenant_id = $1 and operation = 'device_state' order by id`,
      [till.tenantId],
    );
    expect(rows.map(({ result, actor }) => `${result} ${actor}`)).toEqual(['suspend hq', 'resume hq']);
    expect(JSON.parse(rows[0]!.facts)).toEqual({ before: 'active', after: 'suspended', reason: 'test' });
  });

  it('[CC-30] does not know the reader of another tenant', async () => {
    const till = await Till.enrol(vault, 'AES-DUKPT');
    await expect(move(till, 'lose', randomUUID())).rejects.toMatchObject({ code: 'resource_missing' });
  });
});

describe('counters of readers', { timeout: 30_000 }, () => {
  it('[CC-17] raise an alarm when they go back or jump far, and refuse only what went back', async () => {
    const till = await Till.enrol(vault, 'AES-DUKPT');
    await vault.open(till.request(20_000, VISA));
    await expect(vault.open(till.request(1, VISA))).rejects.toMatchObject({ code: 'ksn_stale' });
    await vault.open(till.request(40_000, VISA));
    expect(vault.lines.join()).toContain('the counter of a device went back');
    const { text } = await vault.metrics.page();
    expect(text).toMatch(/counter_alarms_total\{kind="regression"\} 1/);
    expect(text).toMatch(/counter_alarms_total\{kind="jump"\} 2/);
  });
});

describe('base keys under load', { timeout: 60_000 }, () => {
  it('rotate without one failed card: old readers go on, new ones get the new key', async () => {
    const old = await Till.enrol(vault, 'AES-DUKPT');
    let failed = 0;
    let counter = 0;
    let isDone = false;
    const load = (async () => {
      while (!isDone) {
        counter += 1;
        const node = counter % 2 === 0 ? vault : second;
        await node.open(old.request(counter, VISA)).catch(() => (failed += 1));
      }
    })();
    const [aoi, ren] = [
      { by: 'aoi', requestId: 'r' },
      { by: 'ren', requestId: 'r' },
    ];
    const successor = await vault.keys.arrivals.succeed(`bdk-${old.tenantId}-aes-dukpt`, aoi);
    const what = { keyId: successor.id, operation: 'activate', wrappingKeyId: null } as const;
    await vault.keys.orders.approve((await vault.keys.orders.order(what, aoi)).id, ren);
    const young = await Till.enrol(vault, 'AES-DUKPT', old.tenantId);
    clock.advance(11_000);
    await vault.keys.schedule.round();
    for (const n of [1, 2, 3]) await second.open(young.request(n, VISA));
    const seen = counter;
    while (counter < seen + 10) await new Promise((resolve) => setImmediate(resolve));
    isDone = true;
    await load;
    expect(failed).toBe(0);
    expect(young.device.initialKeyId.slice(0, 8)).not.toBe(old.device.initialKeyId.slice(0, 8));
    const { devices } = await vault.keys.reports.report({ isComplete: false, days: 90, devicesAfter: '' });
    const line = devices!.find(({ terminalId }) => terminalId === young.terminalId);
    expect(line).toMatchObject({ bdkId: successor.id, used: 3, capacity: 2_448_023_842, daysLeft: null });
  });
});
