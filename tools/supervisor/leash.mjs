/**
 * Preloaded into every child: when the supervisor dies without a word, its IPC channel closes.
 * The app then finishes its work and goes; this makes sure that it goes, whatever state it is in. The last word is a thread of
 * its own, because a loop that never yields (a queue consumer whose database is gone) starves every timer of the main one.
 */
import { isMainThread, Worker } from 'node:worker_threads';

const GRACE_MS = Number(process.env['TSUNAGU_LEASH_GRACE_MS'] ?? 10_000);

const WATCH = `
  const { workerData } = require('node:worker_threads');
  let orphanMs = 0;
  setInterval(() => {
    orphanMs = process.ppid === workerData.parent ? 0 : orphanMs + workerData.stepMs;
    if (orphanMs > workerData.graceMs) process.kill(process.pid, 'SIGKILL');
  }, workerData.stepMs);
`;

if (isMainThread && process.channel !== undefined && process.channel !== null) {
  process.on('disconnect', () => {
    process.kill(process.pid, 'SIGTERM');
    setTimeout(() => process.exit(1), GRACE_MS).unref();
  });
  process.channel.unref(); // listening must not keep a finished process alive
  const workerData = { parent: process.ppid, graceMs: GRACE_MS * 2, stepMs: Math.min(1000, GRACE_MS) };
  new Worker(WATCH, { eval: true, execArgv: [], env: {}, workerData }).unref();
}
