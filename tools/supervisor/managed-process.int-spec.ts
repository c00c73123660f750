import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { ManagedProcess } from './managed-process.mjs';

const WAIT = { timeout: 20_000 };

describe('a process under the supervisor', () => {
  let folder: string;
  let child: ManagedProcess | undefined;
  let words: string[];

  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tsunagu-supervised-'));
    words = [];
  });
  afterEach(async () => {
    await child?.stop();
    rmSync(folder, { recursive: true, force: true });
  });

  const supervise = (program: string, isReady: () => Promise<boolean>) => {
    const main = join(folder, 'main.mjs');
    writeFileSync(main, program);
    const onCrash = (line: string) => void words.push(line);
    child = new ManagedProcess({ name: 'one', main, env: () => ({}), logDir: folder, isReady, onCrash });
    child.start();
    return child;
  };

  it('comes back at once each time that it had been ready', async () => {
    const one = supervise('setInterval(() => undefined, 1_000);', () => Promise.resolve(true));
    for (let kill = 1; kill <= 4; kill += 1) {
      await expect.poll(() => one.failuresInRow === 0 && one.pid !== undefined, WAIT).toBe(true);
      await one.kill9();
      await expect.poll(() => one.restarts, WAIT).toBe(kill);
    }
    expect(words).toEqual(Array.from({ length: 4 }, () => 'one ended (SIGKILL), starting it again in 0 ms'));
  });

  it('is given more and more time when it never becomes ready', async () => {
    const one = supervise('process.exit(3);', () => Promise.resolve(false));
    await expect.poll(() => one.failuresInRow, WAIT).toBeGreaterThanOrEqual(3);
    expect(words.slice(0, 3)).toEqual([0, 100, 200].map((ms) => `one ended (exit 3), starting it again in ${ms} ms`));
  });
});
