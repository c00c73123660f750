import { SystemClock } from '@tsunagu/kernel';
import { randomBytes } from 'node:crypto';
import { mkdtemp, readdir, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { HsmError } from '../provider/hsm-error.js';
import type { KeyState } from '../provider/hsm-provider.js';
import { SoftwareHsm } from './software-hsm.js';

/** As many processes as open the same folder at once. */
const PROCESSES = 4;
const ROUNDS = 12;

class AheadClock extends SystemClock {
  aheadMs = 0;

  override now(): Date {
    return new Date(super.now().getTime() + this.aheadMs);
  }
}

let directory: string;
let clock: AheadClock;
let all: SoftwareHsm[];

beforeEach(async () => {
  directory = await mkdtemp(join(tmpdir(), 'hsm-'));
  clock = new AheadClock();
  const options = { directory, partition: 'vault', mode: 'sandbox', warn: () => {}, clock } as const;
  all = await Promise.all(Array.from({ length: PROCESSES }, () => SoftwareHsm.open(options)));
});
afterEach(async () => {
  for (const one of all) one.close();
  await rm(directory, { recursive: true });
});

const ref = (id: string) => ({ provider: 'software', id });
const make = (id: string, state: KeyState = 'active') =>
  all[0]!.generateKey({
    id,
    usage: 'D0',
    type: 'AES256',
    scope: 'pan-kek',
    state: state === 'pending' ? state : 'active',
  });

describe('changing a key from several processes at once', { timeout: 30_000 }, () => {
  it('[CC-14] never brings a destroyed key back', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const key = ref(`round-${round}`);
      await make(key.id);
      const moves = all.slice(1).map((one, at) => one.setKeyState(key, at % 2 === 0 ? 'decrypt-only' : 'retired'));
      const results = await Promise.allSettled([all[0]!.destroyKey(key), ...moves]);
      const strange = results.filter((one) => one.status === 'rejected' && !(one.reason instanceof HsmError));
      expect(strange).toEqual([]);
      clock.aheadMs += 6_000; // what processes remember is over
      for (const one of all) await expect(one.keyInfo(key)).rejects.toMatchObject({ reason: 'key_unknown' });
    }
    expect(await readdir(join(directory, 'keys'))).toEqual([]); // no key, no lock, no draft
  });

  it('[CC-14] never moves a key back: the furthest state wins', async () => {
    for (let round = 0; round < ROUNDS; round += 1) {
      const key = ref(`round-${round}`);
      await make(key.id);
      const states = ['decrypt-only', 'retired', 'decrypt-only', 'retired'] as const;
      await Promise.allSettled(all.map((one, at) => one.setKeyState(key, states[at]!)));
      clock.aheadMs += 6_000;
      for (const one of all) expect((await one.keyInfo(key)).state).toBe('retired');
    }
  });

  it('goes on when a process died with the lock', async () => {
    const { key } = await make('left-behind');
    await writeFile(join(directory, 'keys', 'left-behind.key.lock'), 'a process that is gone');
    expect((await all[1]!.setKeyState(key, 'retired')).state).toBe('retired');
  });

  it('[C12] uses a key at once that another process has activated, whatever it remembers', async () => {
    const { key } = await make('next', 'pending');
    const use = () => all[1]!.encrypt({ key, mode: 'GCM', iv: randomBytes(12), data: Buffer.from('x') });
    await expect(use()).rejects.toMatchObject({ reason: 'usage_denied' });
    await all[0]!.setKeyState(key, 'active');
    await use();
  });
});
