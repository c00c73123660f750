import { spawnSync } from 'node:child_process';
import { chmodSync, mkdtempSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { startPostgres, Trouble } from '../postgres.mjs';

const START_MS = 120_000;

describe('a data folder that does not serve any more', () => {
  const home = mkdtempSync(join('/tmp', 'tsunagu-broken-'));
  const whole = join(home, 'whole');
  chmodSync(home, 0o755); // the server's user must pass, if that is another one

  beforeAll(async () => {
    await (await startPostgres({ dataDir: whole })).stop();
  }, START_MS);
  afterAll(() => rmSync(home, { recursive: true, force: true }));

  /** Break a copy, try to start it. @returns what the person at the keyboard reads */
  async function wordsAfter(breakIt: (cluster: string) => void): Promise<string> {
    const dataDir = mkdtempSync(join(home, 'copy-'));
    expect(spawnSync('cp', ['-a', `${whole}/.`, dataDir]).status).toBe(0); // with its owners
    breakIt(join(dataDir, 'data'));
    const failure: unknown = await startPostgres({ dataDir }).catch((error: unknown) => error);
    expect(failure).toBeInstanceOf(Trouble);
    expect((failure as Trouble).message).not.toContain('\n');
    return (failure as Trouble).message;
  }

  it.each([
    ['garbage for a version', (cluster: string) => writeFileSync(join(cluster, 'PG_VERSION'), 'garbage')],
    ['half a control file', (cluster: string) => truncateSync(join(cluster, 'global/pg_control'), 100)],
    ['no tables', (cluster: string) => rmSync(join(cluster, 'base'), { recursive: true })],
    ['no version', (cluster: string) => rmSync(join(cluster, 'PG_VERSION'))],
  ])(
    'is called damaged, with the way out (%s)',
    async (_, breakIt) => {
      expect(await wordsAfter(breakIt)).toMatch(/is damaged .*npm start -- --reset/);
    },
    START_MS,
  );

  it(
    'is called older than the programs, by its version',
    async () => {
      const words = await wordsAfter((cluster) => writeFileSync(join(cluster, 'PG_VERSION'), '15\n'));
      expect(words).toMatch(/was made by PostgreSQL 15: "npm start -- --reset"/);
    },
    START_MS,
  );

  it(
    "is called somebody else's when it may not be read",
    async () => {
      const words = await wordsAfter((cluster) => chmodSync(cluster, 0o000));
      expect(words).toMatch(/belongs to another user: give it back/);
    },
    START_MS,
  );
});
