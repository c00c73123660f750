import { spawnSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { House } from '../../tools/supervisor.mjs';
import { runReconcile } from '../../tools/reconcile/run-reconcile.js';
import { runningHouse } from '../kit/running-house.js';

const ROOT = resolve(import.meta.dirname, '../..');
const PATIENCE_MS = 180_000;

/** The operator's command against a whole house: payments by the till, counters by the lines. */
describe('npm run reconcile', () => {
  let house: House;
  let end: () => Promise<void> = async () => undefined;
  beforeAll(async () => void ({ house, end } = await runningHouse()), PATIENCE_MS);
  afterAll(() => end(), PATIENCE_MS);

  const reconcile = (...argv: string[]) => runReconcile([...argv, '--data', house.dataDir]);
  const run = (tool: string, ...argv: string[]) => {
    const program = join(ROOT, 'tools/run.mjs');
    return spawnSync(process.execPath, [program, tool, ...argv, '--data', house.dataDir], {
      encoding: 'utf8',
      cwd: ROOT,
    });
  };

  it(
    'agrees with the issuers after payments, and says so by counters, exit code and the proof of the books',
    async () => {
      expect((await reconcile('list')).text).toContain('nothing was counted yet');
      for (const amount of ['1500', '2500'])
        expect(run('till', 'sale', amount, '--card', 'jcb', '--entry', 'contactless').status).toBe(0);
      const { text } = await reconcile('list');
      const link = /link (\w+)/.exec(text)?.[1] ?? '';
      const done = await reconcile('run', '--link', link);
      expect(done.text).toMatch(/final 1: balanced, answered 500/);
      expect(done.code).toBe(0);
      expect((await reconcile('checkpoint', '--link', link)).text).toMatch(/checkpoint 1: balanced/);
      expect((await reconcile('saf')).text).toBe('nothing waits');
      expect((await reconcile('negative-list')).text).toContain('nobody has sent');
      expect((await reconcile('hq')).text).toContain('no payment server has compared');
      const books = run('books', 'verify');
      expect(books.stdout).toMatch(/totals of links = journal {2}yes/);
      expect(books.status).toBe(0);
    },
    PATIENCE_MS,
  );

  it(
    'opens the next date when the host cuts over, and says so of a case that is not there',
    async () => {
      const sandbox = JSON.parse(readFileSync(join(house.dataDir, 'sandbox.json'), 'utf8')) as { faults: string };
      const tomorrow = new Date(Date.now() + 33 * 3_600_000).toISOString().slice(0, 10);
      const [link] = JSON.parse((await reconcile('list', '--json')).text).links as { link: string }[];
      const order = { do: 'cutover', date: tomorrow.replaceAll('-', '').slice(2) };
      const place = `${new URL(sandbox.faults).origin}/orders?link=${link!.link}`;
      const answer = await fetch(place, {
        method: 'POST',
        body: JSON.stringify(order),
        headers: { connection: 'close' },
      });
      expect(answer.ok).toBe(true);
      for (;;) {
        const { text } = await reconcile('checkpoint', '--link', link!.link, '--date', tomorrow);
        if (text.includes(`${tomorrow} JPY checkpoint`)) break;
      }
      expect((await reconcile('show', '00000000-0000-7000-8000-000000000000')).code).toBe(2);
    },
    PATIENCE_MS,
  );
});
