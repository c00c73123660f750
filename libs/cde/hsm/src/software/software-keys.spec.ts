import { SystemClock } from '@tsunagu/kernel';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openKeyBlock, sealKeyBlock } from '../key-block/key-block.js';
import type { KeyBlockHeader } from '../key-block/key-block-header.js';
import { keyCheckValue } from '../mac/kcv.js';
import type { KeyRef, KeyType, KeyUsage } from '../provider/hsm-provider.js';
import { SoftwareHsm } from './software-hsm.js';

class MovingClock extends SystemClock {
  at = new Date('2026-11-23T00:00:00Z');

  override now(): Date {
    return this.at;
  }
}

let directory: string;
let clock: MovingClock;
let vault: SoftwareHsm;
let other: SoftwareHsm;

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hsm-'));
  clock = new MovingClock();
  const options = { directory, mode: 'sandbox', warn: () => {}, clock } as const;
  vault = await SoftwareHsm.open({ ...options, partition: 'vault' });
  other = await SoftwareHsm.open({ ...options, partition: 'switch' });
});
afterEach(async () => {
  vault.close();
  other.close();
  await rm(directory, { recursive: true });
});

const iv = Buffer.alloc(12, 7);
const ref = (id: string): KeyRef => ({ provider: 'software', id });

/** A transport key that both sides know, and blocks made with it. */
async function transport(type: KeyType = 'AES256'): Promise<{ kbpk: KeyRef; clear: Buffer }> {
  const clear = randomBytes(type === 'AES256' ? 32 : 16);
  await importClear(clear, { id: 'kbpk', usage: 'K1', type, scope: 'transport' });
  return { kbpk: ref('kbpk'), clear };
}

async function importClear(
  clear: Buffer,
  what: { id: string; usage: KeyUsage; type: KeyType; scope: 'transport' | 'bdk' },
): Promise<void> {
  await vault.generateKey({ id: 'ceremony', usage: 'D0', type: 'AES256', scope: 'pan-kek' });
  const first = randomBytes(clear.length);
  const second = Buffer.from(clear.map((byte, i) => byte ^ first[i]!));
  const components = await Promise.all([first, second].map((data, i) => seal(data, i)));
  await vault.importComponents({ ...what, sealedBy: ref('ceremony'), components });
}

async function seal(data: Buffer, number: number): Promise<{ iv: Buffer; aad: Buffer; data: Buffer }> {
  const aad = Buffer.from(`component ${number}`);
  const nonce = Buffer.alloc(12, number + 1);
  return { iv: nonce, aad, data: await vault.encrypt({ key: ref('ceremony'), mode: 'GCM', iv: nonce, aad, data }) };
}

const HEADER: KeyBlockHeader = {
  version: 'D',
  usage: 'B0',
  algorithm: 'A',
  modeOfUse: 'X',
  keyVersion: '00',
  exportability: 'E',
  optionalBlocks: [],
};

describe('states of a key', () => {
  const make = (state?: 'pending') =>
    vault.generateKey({ id: 'kek', usage: 'D0', type: 'AES256', scope: 'pan-kek', state });
  const encrypt = () => vault.encrypt({ key: ref('kek'), mode: 'GCM', iv, data: Buffer.from('x') });

  it('[CC-14] lets a pending key do nothing, and an old one only open what was sealed before', async () => {
    await make('pending');
    await expect(encrypt()).rejects.toMatchObject({ reason: 'usage_denied' });
    await vault.setKeyState(ref('kek'), 'active');
    const data = await encrypt();
    await vault.setKeyState(ref('kek'), 'decrypt-only');
    await expect(encrypt()).rejects.toMatchObject({ reason: 'usage_denied' });
    expect((await vault.decrypt({ key: ref('kek'), mode: 'GCM', iv, data })).toString()).toBe('x');
    await vault.setKeyState(ref('kek'), 'retired');
    await expect(vault.decrypt({ key: ref('kek'), mode: 'GCM', iv, data })).rejects.toMatchObject({
      reason: 'usage_denied',
    });
    await vault.destroyKey(ref('kek'));
    await expect(vault.decrypt({ key: ref('kek'), mode: 'GCM', iv, data })).rejects.toMatchObject({
      reason: 'key_unknown',
    });
  });

  it('[CC-14] never goes back, and keeps the key itself', async () => {
    const { kcv } = await make();
    expect(await vault.setKeyState(ref('kek'), 'retired')).toMatchObject({ state: 'retired', kcv });
    for (const state of ['pending', 'active', 'decrypt-only'] as const) {
      await expect(vault.setKeyState(ref('kek'), state)).rejects.toMatchObject({ reason: 'usage_denied' });
    }
    expect((await vault.setKeyState(ref('kek'), 'retired')).state).toBe('retired');
    await expect(vault.setKeyState(ref('gone'), 'retired')).rejects.toMatchObject({ reason: 'key_unknown' });
  });

  it('reaches the other process within five seconds', async () => {
    await vault.generateKey({ id: 'zone', usage: 'P0', type: 'AES128', scope: 'zone-pin' });
    expect((await other.keyInfo(ref('zone'))).state).toBe('active');
    await vault.setKeyState(ref('zone'), 'retired');
    clock.at = new Date(clock.at.getTime() + 5_000);
    expect((await other.keyInfo(ref('zone'))).state).toBe('retired');
    await expect(other.setKeyState(ref('zone'), 'retired')).rejects.toMatchObject({ reason: 'usage_denied' });
  });
});

describe('key blocks', () => {
  it('takes in what a partner wrapped and gives it out again, bit for bit', async () => {
    const { kbpk, clear } = await transport();
    const key = randomBytes(16);
    const keyBlock = sealKeyBlock(clear, HEADER, key);
    const expected = { usage: 'B0', type: 'AES128', kcv: keyCheckValue('AES128', key) } as const;
    const info = await vault.importKeyBlock({ id: 'bdk', scope: 'bdk', kbpk, keyBlock, expect: expected });
    expect(info).toMatchObject({ usage: 'B0', type: 'AES128', kcv: expected.kcv, state: 'active' });
    const out = openKeyBlock(clear, await vault.exportKeyBlock({ kbpk, key: info.key, version: 'D' }));
    expect(out.key.equals(key)).toBe(true);
    expect(out.header).toMatchObject({ usage: 'B0', modeOfUse: 'X', exportability: 'E' });
    expect(await readFile(join(directory, 'keys/bdk.key'), 'latin1')).not.toContain(key.toString('base64'));
  });

  it('[CC-12] refuses another usage, mode, check value, length or wrapping key, and leaves no key behind', async () => {
    const { kbpk, clear } = await transport();
    const key = randomBytes(16);
    const wrong: [Partial<KeyBlockHeader>, object, Buffer][] = [
      [{ usage: 'P0', modeOfUse: 'B' }, {}, clear],
      [{ modeOfUse: 'E' }, {}, clear],
      [{}, { kcv: 'FFFFFF' }, clear],
      [{}, { type: 'AES256' }, clear],
      [{ algorithm: 'T' }, { type: 'AES128' }, clear],
      [{}, {}, randomBytes(32)],
    ];
    for (const [header, more, wrapping] of wrong) {
      const keyBlock = sealKeyBlock(wrapping, { ...HEADER, ...header }, key);
      const asked = vault.importKeyBlock({
        id: 'slot',
        scope: 'bdk',
        kbpk,
        keyBlock,
        expect: { usage: 'B0', ...more },
      });
      await expect(asked).rejects.toMatchObject({ reason: 'format' });
      await expect(vault.keyInfo(ref('slot'))).rejects.toMatchObject({ reason: 'key_unknown' });
    }
  });

  it('[CC-12] refuses another key under an id that is taken, and takes the same one again', async () => {
    const { kbpk, clear } = await transport();
    const block = (key: Buffer) => ({
      id: 'bdk',
      scope: 'bdk' as const,
      kbpk,
      keyBlock: sealKeyBlock(clear, HEADER, key),
      expect: { usage: 'B0' as const },
    });
    const key = randomBytes(16);
    await vault.importKeyBlock(block(key));
    await vault.importKeyBlock(block(key));
    await expect(vault.importKeyBlock(block(randomBytes(16)))).rejects.toMatchObject({ reason: 'usage_denied' });
  });

  it('lets no key go on that came with exportability N', async () => {
    const { kbpk, clear } = await transport();
    for (const [exportability, isExported] of [
      ['N', false],
      ['S', true],
    ] as const) {
      const keyBlock = sealKeyBlock(clear, { ...HEADER, exportability }, randomBytes(16));
      const what = { id: `bdk-${exportability}`, scope: 'bdk', kbpk, keyBlock, expect: { usage: 'B0' } } as const;
      const { key } = await vault.importKeyBlock(what);
      const asked = vault.exportKeyBlock({ kbpk, key, version: 'D' });
      if (isExported) expect(openKeyBlock(clear, await asked).header.usage).toBe('B0');
      else await expect(asked).rejects.toMatchObject({ reason: 'usage_denied' });
    }
  });

  it('never wraps a key with a weaker one, and keys of the house not at all', async () => {
    const { kbpk } = await transport('AES128');
    await vault.generateKey({ id: 'strong', usage: 'B0', type: 'AES256', scope: 'bdk' });
    await vault.generateKey({ id: 'kek', usage: 'D0', type: 'AES256', scope: 'pan-kek' });
    for (const id of ['strong', 'kek']) {
      const asked = vault.exportKeyBlock({ kbpk, key: ref(id), version: 'D' });
      await expect(asked).rejects.toMatchObject({ reason: 'usage_denied' });
    }
  });

  it.each([
    ['AES-DUKPT', 'AES128', '0000000A00000001', 'IK'],
    ['TDES-DUKPT', 'TDES2', 'FFFF0000A00000200000', 'KS'],
  ] as const)('wraps the initial key of a device for its loader (%s)', async (scheme, type, ikid, optional) => {
    const { kbpk, clear } = await transport();
    const { key: bdk } = await vault.generateKey({ id: 'bdk', usage: 'B0', type, scope: 'bdk' });
    const block = openKeyBlock(clear, await vault.exportInitialKey({ bdk, scheme, ikid, kbpk }));
    expect(block.key.equals(await vault.exportClearInitialKey({ bdk, scheme, ikid }))).toBe(true);
    expect(block.header).toMatchObject({ usage: 'B1', modeOfUse: 'X' });
    expect(block.header.optionalBlocks).toContainEqual({ id: optional, data: ikid });
    await vault.setKeyState(bdk, 'decrypt-only');
    await expect(vault.exportInitialKey({ bdk, scheme, ikid, kbpk })).rejects.toMatchObject({ reason: 'usage_denied' });
  });
});

describe('[CC-10] components', () => {
  it('combines them inside, and takes neither one alone nor one of another length', async () => {
    await vault.generateKey({ id: 'ceremony', usage: 'D0', type: 'AES256', scope: 'pan-kek' });
    const [a, b] = [randomBytes(16), randomBytes(16)];
    const what = { id: 'bdk', usage: 'B0', type: 'AES128', scope: 'bdk', sealedBy: ref('ceremony') } as const;
    const parts = [await seal(a, 1), await seal(b, 2), await seal(Buffer.alloc(15), 3)];
    for (const components of [parts.slice(0, 1), parts.slice(1)]) {
      await expect(vault.importComponents({ ...what, components })).rejects.toMatchObject({ reason: 'format' });
    }
    const { kcv } = await vault.importComponents({ ...what, components: parts.slice(0, 2) });
    expect(kcv).toBe(keyCheckValue('AES128', Buffer.from(a.map((byte, i) => byte ^ b[i]!))));
  });
});

describe('re-encryption', () => {
  it('moves data from one key to another', async () => {
    for (const id of ['one', 'two']) await vault.generateKey({ id, usage: 'D0', type: 'AES256', scope: 'pan-kek' });
    const cipher = await vault.encrypt({ key: ref('one'), mode: 'GCM', iv, data: Buffer.from('text') });
    const to = { key: ref('two'), mode: 'GCM', iv } as const;
    const moved = await vault.reEncrypt({ from: { key: ref('one'), mode: 'GCM', iv }, to, cipher });
    expect((await vault.decrypt({ ...to, data: moved })).toString()).toBe('text');
  });
});
