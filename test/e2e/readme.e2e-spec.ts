import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { House } from '../../tools/supervisor.mjs';
import { runningHouse } from '../kit/running-house.js';
import { testDeskCases } from './test-desk-cases.js';

const ROOT = resolve(import.meta.dirname, '../..');
const PAGES = ['README.md', 'README.ja.md'];
const START_MS = 180_000;
const TEST_MS = 120_000;

const textOf = (page: string): string => readFileSync(join(ROOT, page), 'utf8');
/** The shell blocks of a page: the three commands, then the payment by curl. */
const blocksOf = (page: string): string[] =>
  [...textOf(page).matchAll(/```sh\n([\s\S]*?)```/g)].map(([, block]) => block!);

describe('what the README tells a stranger to type', () => {
  const folder = mkdtempSync(join('/tmp', 'tsunagu-readme-'));
  let house: House;
  let end: () => Promise<void> = async () => undefined;

  beforeAll(async () => {
    ({ house, end } = await runningHouse());
    // A clone as the stranger sees it: the same scripts, and the data folder of the running house in its usual place.
    symlinkSync(house.dataDir, join(folder, '.tsunagu'));
    for (const name of ['package.json', 'tools']) symlinkSync(join(ROOT, name), join(folder, name));
  }, START_MS);
  afterAll(async () => {
    await end();
    rmSync(folder, { recursive: true, force: true });
  }, START_MS);

  function type(lines: string): string {
    const { status, stdout, stderr } = spawnSync('bash', ['-euo', 'pipefail', '-c', lines], {
      cwd: folder,
      encoding: 'utf8',
    });
    expect(status, stderr).toBe(0);
    return stdout;
  }

  it(
    'takes a first payment and verifies the books',
    () => {
      const [start, ...rest] = blocksOf('README.md')[0]!.trim().split('\n');
      expect(start).toMatch(/^npm start /);
      const printed = type(rest.join('\n'));
      expect(printed).toMatch(/captured/);
      expect(printed).toMatch(/the books agree/);
    },
    TEST_MS,
  );

  it(
    'takes the same payment by curl',
    () => {
      const block = blocksOf('README.md').find((lines) => lines.includes('curl'));
      expect(JSON.parse(type(block!))).toMatchObject({
        status: 'captured',
        money: { amount: 1_500 },
      });
    },
    TEST_MS,
  );

  testDeskCases(() => house);
});

it('types the same in both languages, but for the remarks', () => {
  const commands = (page: string) => blocksOf(page).map((block) => block.replaceAll(/ +# .*/g, ''));
  expect(commands('README.ja.md')).toEqual(commands('README.md'));
});

it.each(PAGES)('names no command that does not exist (%s)', (page) => {
  const { scripts } = JSON.parse(textOf('package.json')) as { scripts: Record<string, string> };
  const named = [...textOf(page).matchAll(/npm run (?:--silent )?([a-z-]+(?::[a-z-]+)?)/g)].map(([, name]) => name!);
  expect(named.length).toBeGreaterThan(3);
  expect(named.filter((name) => !(name in scripts))).toEqual([]);
});

it.each(PAGES)('links to nothing that is missing (%s)', (page) => {
  const links = [...textOf(page).matchAll(/\]\(([^)#:]+)\)/g)].map(([, target]) => target!);
  expect(links.length).toBeGreaterThan(3);
  for (const link of links) expect(() => readFileSync(join(ROOT, link)), link).not.toThrow(/ENOENT/);
});
