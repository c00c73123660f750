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

/** What the tool itself calls a trouble; else the line of the error, not the stack below it or the source above. */
function lastWords(main, words) {
  if (/No space left on device|ENOSPC/.test(words)) return 'the disk is full: free some space and start again';
  const lines = words.split('\n');
  const trouble = lines.find((line) => line.startsWith('Trouble: '));
  if (trouble !== undefined) return trouble.slice('Trouble: '.length);
  const line = lines.find((candidate) => /^[\w.]*error\b.*:/i.test(candidate)) ?? words.trim().split('\n').at(-1);
  return `${main.split('/').at(-2)} failed: ${line}`;
}
