import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { writeWhole } from '../supervisor/write-whole.mjs';
import type { Prompt } from './prompt.js';
import { KeysError, type VaultDoor } from './vault-door.js';

interface Person {
  readonly name: string;
  readonly secret: string;
}

/**
 * Enter the first custodians. In the sandbox their secrets are made here and kept in a private file, so that one developer can play both;
 * anywhere else each of them types his own.
 */
export async function foundCustodians(
  door: VaultDoor,
  prompt: Prompt,
  at: { dataDir: string; names: readonly string[] | null },
): Promise<string> {
  const file = join(resolve(at.dataDir), 'custodians.json');
  if (at.names !== null) {
    const people: Person[] = [];
    for (const name of at.names)
      people.push({ name, secret: await prompt.secret(`secret of ${name}, 16 characters or more`) });
    await door.ask('custodians', { people });
    return `${at.names.join(' and ')} are custodians now`;
  }
  if (process.env['VAULT_URL'] !== undefined) throw new KeysError('--names is missing');
  const people = existsSync(file) ? (JSON.parse(readFileSync(file, 'utf8')) as Person[]) : makePeople(file);
  const { custodians } = await door.ask<{ custodians: readonly string[] }>('keyReport');
  if (custodians.length === 0) await door.ask('custodians', { people }); // also when the vault was gone the last time
  return shown(people);
}

/** The file is first: a secret that the vault knows and nobody else would lock everybody out. */
function makePeople(file: string): Person[] {
  const names = ['custodian-1', 'custodian-2'];
  const people = names.map((name) => ({ name, secret: randomBytes(12).toString('base64url') }));
  writeWhole(file, JSON.stringify(people));
  return people;
}

function shown(people: readonly Person[]): string {
  return people.map(({ name, secret }) => `${name}  ${secret}`).join('\n');
}
