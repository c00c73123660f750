import { SoftwareHsm } from '@tsunagu/hsm';
import { SystemClock } from '@tsunagu/kernel';
import type { LinkConfig } from '@tsunagu/links';
import { AppConfig, AppLogger } from '@tsunagu/platform';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { LinkPinKeys } from './link-pin-keys.js';

class AheadClock extends SystemClock {
  aheadMs = 0;

  override now(): Date {
    return new Date(super.now().getTime() + this.aheadMs);
  }
}

const FIRST = 'zpk-cup';
const links = [
  { name: 'cup', pin: { format: 4, key: FIRST } },
  { name: 'jcb', pin: null },
] as unknown as readonly LinkConfig[];
const clock = new AheadClock();
let directory: string;
let vault: SoftwareHsm;
let own: SoftwareHsm;
let keys: LinkPinKeys;

beforeAll(async () => {
  directory = await mkdtemp(join(tmpdir(), 'switch-hsm-'));
  const options = { directory, mode: 'sandbox', warn: () => {}, clock } as const;
  vault = await SoftwareHsm.open({ ...options, partition: 'vault' });
  own = await SoftwareHsm.open({ ...options, partition: 'switch' });
  await own.generateKey({ id: FIRST, usage: 'P0', type: 'AES128', scope: 'link-pin' });
  await vault.generateKey({ id: 'zpk-zone', usage: 'P0', type: 'AES128', scope: 'zone-pin' });
  const logger = new AppLogger(AppConfig.fromEnv('switch', { LOG_LEVEL: 'silent' }), () => {});
  keys = new LinkPinKeys(own, links, logger);
});
afterAll(async () => {
  for (const hsm of [vault, own]) hsm.close();
  await rm(directory, { recursive: true });
});

const idOf = (version: number) => `link-pin-cup-v${version}`;
const make = (version: number) =>
  vault.generateKey({ id: idOf(version), usage: 'P0', type: 'AES128', scope: 'link-pin', state: 'pending' });
const seen = async () => {
  clock.aheadMs += 6_000; // what the HSM remembers of a state is over
  await keys.refresh();
  return keys.current('cup', FIRST).key.id;
};

describe('the PIN key of a link', () => {
  it('[C12] is the one of the links’ file until custodians activate another, and then the highest active one', async () => {
    expect(await seen()).toBe(FIRST);
    const { key: first } = await make(1);
    expect(await seen()).toBe(FIRST); // pending: it works for nothing
    await vault.setKeyState(first, 'active');
    expect(await seen()).toBe(idOf(1));
    expect(keys.current('cup', FIRST).name).toBe('cup-v1');
    await make(2);
    const { key: third } = await make(3); // a version that nobody activated does not stand in the way
    await vault.setKeyState(third, 'active');
    expect(await seen()).toBe(idOf(3));
    await vault.setKeyState(first, 'decrypt-only');
    expect(await seen()).toBe(idOf(3));
    expect(keys.current('jcb', 'none').key.id).toBe('none');
  });

  it('[CC-14] writes no PIN under the key before, once it is closed', async () => {
    const block = Buffer.alloc(16, 1);
    const pan = Buffer.from('6200000000000005');
    const under = (id: string) =>
      own.translatePin({
        in: { key: { provider: own.name, id: 'zpk-zone' }, format: 4, block },
        out: { key: { provider: own.name, id }, format: 4 },
        pan,
      });
    await expect(under(idOf(1))).rejects.toMatchObject({ reason: 'usage_denied' });
    await expect(under(idOf(3))).rejects.toMatchObject({ reason: 'format' }); // the key would do it; the block is none
  });
});
