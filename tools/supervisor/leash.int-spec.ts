import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { join } from 'node:path';
import { expect, it } from 'vitest';

const LEASH = join(import.meta.dirname, 'leash.mjs');
const SPIN = `process.send('up', () => { (async () => { for (;;) await null; })(); });`;
const PARENT = `
  const { spawn } = require('node:child_process');
  const child = spawn(process.execPath, ['--import', ${JSON.stringify(LEASH)}, '-e', ${JSON.stringify(SPIN)}], {
    stdio: ['ignore', 'ignore', 'ignore', 'ipc'], detached: true, env: { ...process.env, TSUNAGU_LEASH_GRACE_MS: '200' } });
  child.on('message', () => console.log(child.pid));
`;

const lives = (pid: number): boolean => {
  try {
    return process.kill(pid, 0);
  } catch {
    return false;
  }
};

it('ends a child that spins for ever when its supervisor is killed', async () => {
  const parent = spawn(process.execPath, ['-e', PARENT], { stdio: ['ignore', 'pipe', 'inherit'] });
  const [line] = (await once(parent.stdout, 'data')) as [Buffer];
  const pid = Number(line.toString());
  expect(lives(pid)).toBe(true);
  parent.kill('SIGKILL');
  await expect.poll(() => lives(pid), { timeout: 30_000, interval: 50 }).toBe(false);
}, 60_000);
