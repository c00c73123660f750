import { spawn } from 'node:child_process';
import { statSync } from 'node:fs';
import { join } from 'node:path';
import { Trouble } from '../postgres/binaries.mjs';
import { takeLock } from './lock.mjs';
import { nodeVersionTrouble } from './node-version.mjs';
import { step } from './progress.mjs';
import { ROOT } from './root.mjs';

const mtime = (file) => statSync(join(ROOT, file), { throwIfNoEntry: false })?.mtimeMs ?? 0;
const isInstalled = () => mtime('node_modules/.package-lock.json') >= mtime('package-lock.json');

/** Install the locked dependencies when they are missing or older than the lock. @throws {Trouble} npm says no; an old Node.js */
export async function ensureInstalled() {
  const trouble = nodeVersionTrouble();
  if (trouble !== undefined) throw new Trouble(trouble);
  if (isInstalled()) return;
  const lock = await takeLock(join(ROOT, '.tsunagu', 'install.lock'), { waitMs: 600_000 });
  try {
    if (!isInstalled()) await step('installing the locked dependencies', npmCi);
  } finally {
    lock.release?.();
  }
}

async function npmCi() {
  const { code, output } = await npm(['ci', '--ignore-scripts', '--no-audit', '--no-fund', '--loglevel=error']);
  if (code === 0) return;
  if (/ENOSPC/.test(output))
    throw new Trouble('the disk is full: the dependencies need 1 GB; free some space and start again');
  const reason = output.split('\n').find((line) => /npm (error|ERR!)/.test(line)) ?? output.trim().split('\n').at(-1);
  throw new Trouble(
    `the dependencies could not be installed (${reason}): check the network, then run "npm ci --ignore-scripts" to see it all`,
  );
}

/** The npm that runs us, else the one on the path. */
function npm(args) {
  const own = process.env.npm_execpath;
  const [command, first] = own?.endsWith('.js')
    ? [process.execPath, [own]]
    : [process.platform === 'win32' ? 'npm.cmd' : 'npm', []];
  return new Promise((done) => {
    const child = spawn(command, [...first, ...args], { cwd: ROOT, stdio: ['ignore', 'pipe', 'pipe'] });
    let output = '';
    child.stdout.on('data', (chunk) => (output += chunk));
    child.stderr.on('data', (chunk) => (output += chunk));
    child.once('error', (error) => done({ code: 1, output: `npm error ${error.message}` }));
    child.once('close', (code) => done({ code, output }));
  });
}
