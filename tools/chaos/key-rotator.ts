import pg from 'pg';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Readable } from 'node:stream';
import { setTimeout as sleep } from 'node:timers/promises';
import { Prompt } from '../keys/prompt.js';
import { runKeys, type KeysOutcome } from '../keys/run-keys.js';
import { readSandbox } from './sandbox-state.js';
import type { Stack } from './stack.js';

interface KeyLine {
  readonly id: string;
  readonly purpose: string;
  readonly state: string;
}

interface Person {
  readonly name: string;
  readonly secret: string;
}

/**
 * What two custodians change in a run, by the purpose of the key, in this order: the index first, because its cards are rewritten half a
 * minute later. Keys that a partner brings are made first where the sandbox has none; a tenant's own comes with its first card.
 */
const ROTATED: Readonly<Record<string, readonly string[] | null>> = {
  'pan-index': null,
  'zone-pin': null,
  'link-pin': ['--usage', 'P0', '--type', 'AES128', '--zone', 'cup'],
  'pan-kek': null,
  audit: null,
  bdk: null,
  ceremony: null,
  certificate: null,
  'tenant-kek': null,
  exchange: ['--usage', 'D0', '--type', 'AES256', '--zone', 'chaos'],
  transport: ['--usage', 'K0', '--type', 'AES256', '--zone', 'chaos'],
  'link-mac': ['--usage', 'M6', '--type', 'AES128', '--zone', 'chaos'],
};
/** Made for a tenant of the sandbox. */
const OF_TENANT = 'exchange';
/** The secret between the processes is no key of the HSM; the supervisor rolls it. */
const INTERNAL = 'internal-secret';
/** Keys that the clock changes; counted, not ordered. */
const ENVELOPE = 'envelope';
const RETRY_MS = 250;
/** Longest time for one change while everything is being killed. */
const ONE_MAX_MS = 90_000;

/** Changes every type of key once through the operator's door while tills pay and processes die. A blow in between is met by trying again. */
export class KeyRotator {
  readonly rotations: Record<string, number> = {};
  #people: readonly Person[] = [];
  #isOver = false;
  #envelopesBefore = 0;

  constructor(
    private readonly stack: Stack,
    private readonly say: (line: string) => void,
  ) {}

  /** Types that a whole run changes. */
  get types(): string[] {
    return [...Object.keys(ROTATED), INTERNAL];
  }

  get #done(): number {
    return this.types.filter((type) => (this.rotations[type] ?? 0) > 0).length;
  }

  /** Settles when this share of the types was changed, or none will be any more. */
  async untilShare(share: number): Promise<void> {
    while (!this.#isOver && this.#done < Math.floor(share * this.types.length)) await sleep(20);
  }

  /** One change after the other. @throws Error one of them cannot be done */
  async run(): Promise<void> {
    try {
      await this.#begin();
      for (const [purpose, how] of Object.entries(ROTATED)) {
        await this.#rotate(purpose, how);
        this.rotations[purpose] = (this.rotations[purpose] ?? 0) + 1;
        this.say(`a key was rotated: ${purpose}`);
      }
      await this.stack.rotateInternalSecret();
      this.rotations[INTERNAL] = 1;
    } finally {
      this.#isOver = true;
    }
  }

  /** Counts also what the clock changed. */
  async finish(): Promise<Readonly<Record<string, number>>> {
    return { ...this.rotations, [ENVELOPE]: (await this.#envelopes()) - this.#envelopesBefore };
  }

  async #begin(): Promise<void> {
    await this.#until(() => this.#keys(['custodians'], []), isDone);
    this.#people = JSON.parse(readFileSync(join(this.stack.dataDir, 'custodians.json'), 'utf8')) as Person[];
    this.#envelopesBefore = await this.#envelopes();
  }

  async #rotate(purpose: string, how: readonly string[] | null): Promise<void> {
    const [first, second] = this.#people;
    if (how === null) await this.#untilActive(purpose);
    if (how !== null && (await this.#active(purpose)) === undefined) {
      const whose = purpose === OF_TENANT ? ['--tenant', await this.#tenant()] : [];
      const made = ['generate', '--purpose', purpose, ...how, ...whose, '--as', first!.name];
      const key = wordOf(await this.#until(() => this.#keys(made, [first!.secret]), isDone), /activate (\S+) --as/);
      await this.#order(['activate', key], key, first!, second!);
    }
    const before = (await this.#active(purpose))!;
    await this.#order(['rotate', before], before, first!, second!);
  }

  /** First and second signature. @param known the key before, or the one to be activated: the purpose of both is the same */
  async #order(words: readonly string[], known: string, first: Person, second: Person): Promise<void> {
    const endsMs = performance.now() + ONE_MAX_MS;
    let said = '';
    while (performance.now() < endsMs) {
      const ordered = await this.#keys([...words, '--as', first.name], [first.secret]);
      const order = /approve (\S+) --as/.exec(ordered.text)?.[1];
      const key = /activate (\S+) waits/.exec(ordered.text)?.[1] ?? known;
      if (order === undefined) {
        said = ordered.text;
        await sleep(RETRY_MS);
        if (words[0] === 'activate' && (await this.#stateOf(key)) === 'active') return;
        continue;
      }
      if (await this.#approve(order, key, second)) return;
    }
    throw new Error(`a key could not be changed in ${ONE_MAX_MS / 1000} s: ${words.join(' ')}: ${said}`);
  }

  /** @returns false when the order is lost, and another one must be given */
  async #approve(order: string, key: string, by: Person): Promise<boolean> {
    for (;;) {
      const { code } = await this.#keys(['approve', order, '--as', by.name], [by.secret]);
      if (code === 0) return true;
      await sleep(RETRY_MS);
      const state = await this.#stateOf(key); // the blow may have come after the deed
      if (state !== 'pending') return state === 'active';
    }
  }

  async #untilActive(purpose: string): Promise<void> {
    const endsMs = performance.now() + ONE_MAX_MS;
    while ((await this.#active(purpose)) === undefined) {
      if (performance.now() > endsMs) throw new Error(`the house has no active key for ${purpose}`);
      await sleep(RETRY_MS);
    }
  }

  async #tenant(): Promise<string> {
    return (await readSandbox(this.stack.dataDir)).tenants[0]!.id;
  }

  async #active(purpose: string): Promise<string | undefined> {
    return (await this.#list()).find((key) => key.purpose === purpose && key.state === 'active')?.id;
  }

  async #stateOf(id: string): Promise<string | undefined> {
    return (await this.#list()).find((key) => key.id === id)?.state;
  }

  async #envelopes(): Promise<number> {
    return (await this.#list(['--all'])).filter(({ purpose }) => purpose === ENVELOPE).length;
  }

  async #list(more: readonly string[] = []): Promise<readonly KeyLine[]> {
    const { text } = await this.#until(() => this.#keys(['list', '--json', ...more], []), isDone);
    return (JSON.parse(text) as { keys: readonly KeyLine[] }).keys;
  }

  #keys(argv: readonly string[], typed: readonly string[]): Promise<KeysOutcome> {
    const prompt = new Prompt(Readable.from(typed.map((line) => `${line}\n`)));
    return runKeys([...argv, '--data', this.stack.dataDir], prompt);
  }

  /** Ask again while the vault is being killed. @throws Error it never answers as expected */
  async #until(ask: () => Promise<KeysOutcome>, isFine: (outcome: KeysOutcome) => boolean): Promise<KeysOutcome> {
    const endsMs = performance.now() + ONE_MAX_MS;
    for (;;) {
      const outcome = await ask();
      if (isFine(outcome)) return outcome;
      if (performance.now() > endsMs) throw new Error(outcome.text);
      await sleep(RETRY_MS);
    }
  }
}

/** Cards of one tenant that got two living tokens, and cards still under a key of the index that is not the active one. */
export async function countIndexFaults(databaseUrl: string): Promise<{ doubled: number; old: number }> {
  const client = new pg.Client({ connectionString: databaseUrl, connectionTimeoutMillis: 5_000 });
  await client.connect();
  try {
    const { rows } = await client.query<{ doubled: number; old: number }>(
      `select (select count(*)::int from (select from vault.card where state = 'active' and uses = 'multi'
           group by tenant_id, bin6, last4, brand having count(*) > 1) d) as doubled,
         (select count(*)::int from vault.card c where c.index_version <>
           (select version from vault.key_record where purpose = 'pan-index' and state = 'active')) as old`,
    );
    return rows[0]!;
  } finally {
    await client.end();
  }
}

function isDone({ code }: KeysOutcome): boolean {
  return code === 0;
}

function wordOf({ text }: KeysOutcome, where: RegExp): string {
  const word = where.exec(text)?.[1];
  if (word === undefined) throw new Error(`the keys command says something else: ${text}`);
  return word;
}
