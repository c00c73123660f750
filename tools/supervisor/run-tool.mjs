import { spawn } from 'node:child_process';
import { Trouble } from '../postgres/binaries.mjs';
import { ROOT } from '../start/root.mjs';

/**
 * Run a bundled tool to its end.
 * @param {string} main the bundle
 * @param {string[]} args
 * @param {Record<string, string>} env added to ours
 * @returns {Promise<string>} what it printed
 * @throws {Trouble} with its last words
 */
export function runTool(main, args, env) {
  return new Promise((done, fail) => {
    const child = spawn(process.execPath, ['--enable-source-maps', main, ...args], {
      cwd: ROOT,
      env: { ...process.env, TZ: 'UTC', ...env },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    let printed = '';
    let words = '';
    child.stdout.on('data', (chunk) => (printed += chunk));
    child.stderr.on('data', (chunk) => (words += chunk));
    child.once('error', fail);
    child.once('close', (code) => (code === 0 ? done(printed) : fail(new Trouble(lastWords(main, words)))));
  });
}

/** The line of the error itself, not the stack below it. */
function lastWords(main, words) {
  if (/No space left on device|ENOSPC/.test(words)) return 'the disk is full: free some space and start again';
  const line = words.split('\n').find((candidate) => /Error\b/.test(candidate)) ?? words.trim().split('\n').at(-1);
  return `${main.split('/').at(-2)} failed: ${line}`;
}
