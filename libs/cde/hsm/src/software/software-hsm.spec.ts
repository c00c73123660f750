import type { Clock } from '@tsunagu/kernel';
import { SystemClock } from '@tsunagu/kernel';
import { mkdtemp, readFile, readdir, rename, rm, stat, writeFile, copyFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { zonePinKey } from '../provider/zone-keys.js';
import type { HsmPartition } from './key-rights.js';
import { KeyStoreError } from './key-store.js';
import { SoftwareHsm } from './software-hsm.js';

let directory: string;
const opened: SoftwareHsm[] = [];

class FixedClock extends SystemClock {
  constructor(public at: Date) {
    super();
  }

  override now(): Date {
    return this.at;
  }
}

async function hsm(partition: HsmPartition = 'vault', clock: Clock = new SystemClock()): Promise<SoftwareHsm> {
  const one = await SoftwareHsm.open({ directory, partition, mode: 'sandbox', warn: () => {}, clock });
  opened.push(one);
  return one;
}

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hsm-'));
});
afterEach(async () => {
  for (const one of opened.splice(0)) one.close();
  await rm(directory, { recursive: true });
});

const bdk = { id: 'bdk-a', usage: 'B0', type: 'AES128', scope: 'bdk' } as const;
const kek = { id: 'pan-kek', usage: 'D0', type: 'AES256', scope: 'pan-kek' } as const;
const iv = Buffer.alloc(12, 1);

describe('key store', () => {
  it('gives every process that starts on an empty folder the same master key and the same keys', async () => {
    const all = await Promise.all(Array.from({ length: 8 }, (_, i) => hsm(i % 2 === 0 ? 'vault' : 'switch')));
    const vaults = all.filter((_, i) => i % 2 === 0);
    const made = await Promise.all(vaults.map((one) => one.generateKey(kek)));
    expect(new Set(made.map((info) => info.kcv)).size).toBe(1);
    const sealed = await vaults[0]!.encrypt({ key: made[0]!.key, mode: 'GCM', iv, data: Buffer.from('x') });
    for (const one of vaults)
      expect((await one.decrypt({ key: made[0]!.key, mode: 'GCM', iv, data: sealed })).toString()).toBe('x');
    expect(await readdir(directory)).toEqual(['keys', 'lmk']);
  });

  it('keeps its files to the owner and no key in the clear [CC-09]', async () => {
    const one = await hsm();
    await one.generateKey(bdk);
    const device = await one.exportClearInitialKey({
      bdk: { provider: 'software', id: 'bdk-a' },
      scheme: 'AES-DUKPT',
      ikid: '0000000100000001',
    });
    expect(device.length).toBe(16);
    for (const path of ['lmk', 'keys/bdk-a.key']) expect((await stat(join(directory, path))).mode & 0o777).toBe(0o600);
    const [header] = (await readFile(join(directory, 'keys/bdk-a.key'), 'utf8')).split('\n');
    expect(JSON.parse(header!)).toMatchObject({ id: 'bdk-a', usage: 'B0', scope: 'bdk', state: 'active' });
  });

  it('refuses a file put in the place of another key, a changed header, and a changed key', async () => {
    const path = (id: string): string => join(directory, 'keys', `${id}.key`);
    const one = await hsm();
    await one.generateKey(kek);
    await one.generateKey({ ...kek, id: 'other' });
    await copyFile(path('other'), path('swapped'));
    const original = await readFile(path('pan-kek'), 'utf8');
    await writeFile(path('widened'), original.replace('"id":"pan-kek"', '"id":"widened"'));
    for (const id of ['swapped', 'widened']) {
      await expect(one.keyInfo({ provider: 'software', id })).rejects.toMatchObject({ reason: 'unavailable' });
    }
  });

  it('says so when the master key is lost or open to others, instead of making a new one', async () => {
    await (await hsm()).generateKey(kek);
    await rename(join(directory, 'lmk'), join(directory, 'lmk.away'));
    await expect(hsm()).rejects.toThrow(KeyStoreError);
    await writeFile(join(directory, 'lmk'), Buffer.alloc(32), { mode: 0o644 });
    await expect(hsm()).rejects.toThrow(KeyStoreError);
  });

  it('destroys keys for good, also in memory', async () => {
    const clock = new FixedClock(new Date('2026-11-23T00:00:00Z'));
    const one = await hsm('vault', clock);
    const { key } = await one.generateKey({ ...kek, id: 'short', expiresAt: new Date('2026-11-23T00:05:00Z') });
    const sealed = await one.encrypt({ key, mode: 'GCM', iv, data: Buffer.from('x') });
    await one.generateKey(kek);
    expect(await one.destroyExpired(clock.now())).toEqual([]);
    clock.at = new Date('2026-11-23T00:05:00Z');
    await expect(one.decrypt({ key, mode: 'GCM', iv, data: sealed })).rejects.toMatchObject({ reason: 'key_unknown' });
    expect(await one.destroyExpired(clock.now())).toEqual(['short']);
    expect(await readdir(join(directory, 'keys'))).toEqual(['pan-kek.key']);
    await one.destroyKey({ provider: 'software', id: 'pan-kek' });
    await expect(one.keyInfo({ provider: 'software', id: 'pan-kek' })).rejects.toMatchObject({ reason: 'key_unknown' });
  });
});

describe('partitions', () => {
  it('hides the keys of the vault from the switch', async () => {
    const vault = await hsm();
    const other = await hsm('switch');
    for (const spec of [bdk, kek, { id: 'pan-index', usage: 'M7', type: 'HMAC256', scope: 'index' } as const]) {
      const { key } = await vault.generateKey(spec);
      await expect(other.keyInfo(key)).rejects.toMatchObject({ reason: 'key_unknown' });
      await expect(other.destroyKey(key)).rejects.toMatchObject({ reason: 'key_unknown' });
      await expect(other.generateKey(spec)).rejects.toMatchObject({ reason: 'usage_denied' });
    }
  });

  it('lets the vault write PINs to the zone key and only the switch read them [CC-19]', async () => {
    const vault = await hsm();
    const other = await hsm('switch');
    const pan = Buffer.from('4111111111111111');
    await vault.generateKey(bdk);
    const zone = zonePinKey('software');
    await vault.generateKey({ id: zone.id, usage: 'P0', type: 'AES128', scope: 'zone-pin' });
    const link = await other.generateKey({ id: 'zpk-link', usage: 'P0', type: 'TDES2', scope: 'link-pin' });
    const from = { key: zone, format: 4, block: Buffer.alloc(16) } as const;
    await expect(vault.translatePin({ in: from, out: { key: link.key, format: 0 }, pan })).rejects.toMatchObject({
      reason: 'usage_denied',
    });
    await expect(other.translatePin({ in: from, out: { key: zone, format: 4 }, pan })).rejects.toMatchObject({
      reason: 'usage_denied',
    });
    await expect(other.translatePin({ in: from, out: { key: link.key, format: 0 }, pan })).rejects.toMatchObject({
      reason: 'format',
    });
  });
});

describe('production', () => {
  it('refuses the software HSM without a waiver, and says the waiver aloud', async () => {
    const said: unknown[] = [];
    const options = {
      directory,
      partition: 'vault',
      mode: 'production',
      warn: (...words: unknown[]) => said.push(words),
    } as const;
    await expect(SoftwareHsm.open(options)).rejects.toThrow(KeyStoreError);
    const one = await SoftwareHsm.open({ ...options, waiver: 'pilot until the HSM arrives' });
    expect(said).toHaveLength(1);
    const { key } = await one.generateKey(bdk);
    await expect(
      one.exportClearInitialKey({ bdk: key, scheme: 'AES-DUKPT', ikid: '0000000100000001' }),
    ).rejects.toMatchObject({ reason: 'usage_denied' });
    one.close();
  });
});
