import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, it } from 'vitest';
import { Prompt } from './prompt.js';
import { foundCustodians } from './sandbox-custodians.js';
import type { VaultDoor } from './vault-door.js';

let dataDir: string;
beforeEach(async () => {
  dataDir = await mkdtemp(join(tmpdir(), 'custodians-'));
});
afterEach(() => rm(dataDir, { recursive: true }));

/** A vault that is gone at the first attempt to enter people. */
function forgetfulDoor(): { door: VaultDoor; entered: string[] } {
  const entered: string[] = [];
  let attempts = 0;
  const ask = (route: string, body: { people?: { name: string; secret: string }[] } = {}) => {
    if (route === 'keyReport') return Promise.resolve({ custodians: entered });
    attempts += 1;
    if (attempts === 1) return Promise.reject(new Error('the vault does not answer'));
    entered.push(...(body.people ?? []).map(({ name, secret }) => `${name}  ${secret}`));
    return Promise.resolve({});
  };
  return { door: { ask } as unknown as VaultDoor, entered };
}

it('enters the people of the file when the vault was gone the first time, and once only', async () => {
  const { door, entered } = forgetfulDoor();
  const found = () => foundCustodians(door, new Prompt(), { dataDir, names: null });
  await expect(found()).rejects.toThrow('does not answer');
  const shown = await found();
  expect(entered.join('\n')).toBe(shown);
  expect(await found()).toBe(shown);
  expect(entered).toHaveLength(2);
  expect(await readFile(join(dataDir, 'custodians.json'), 'utf8')).toContain('custodian-2');
});
