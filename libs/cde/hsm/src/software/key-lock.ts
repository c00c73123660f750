import { open, readFile, unlink } from 'node:fs/promises';
import { performance } from 'node:perf_hooks';
import { randomUUID } from 'node:crypto';
import { setTimeout as wait } from 'node:timers/promises';
import { HsmError } from '../provider/hsm-error.js';
import { hasCode } from './atomic-file.js';

const RETRY_MS = 10;
/** A change of a key takes milliseconds; a lock that stays the same for so long belongs to a process that died. */
const ABANDONED_MS = 3_000;
const GIVE_UP_MS = 10_000;

/**
 * Do something to a key file while no other process changes or destroys the same one: a lock file of that name is held meanwhile, and
 * one that a killed process left behind is broken. Readers do not wait: they see the file before or after.
 * @throws HsmError `unavailable` the lock does not come free
 */
export async function withKeyLock<T>(path: string, work: () => Promise<T>): Promise<T> {
  const lock = `${path}.lock`;
  const mine = randomUUID();
  await take(lock, mine);
  try {
    return await work();
  } finally {
    if ((await holderOf(lock)) === mine) await release(lock);
  }
}

async function take(lock: string, mine: string): Promise<void> {
  const startedMs = performance.now();
  let seen = { holder: '', sinceMs: startedMs };
  while (!(await create(lock, mine))) {
    const nowMs = performance.now();
    if (nowMs - startedMs > GIVE_UP_MS) throw new HsmError('unavailable', 'a key is being changed by somebody else');
    const holder = await holderOf(lock);
    if (holder !== seen.holder) seen = { holder, sinceMs: nowMs };
    else if (nowMs - seen.sinceMs > ABANDONED_MS) await release(lock);
    await wait(RETRY_MS);
  }
}

async function create(lock: string, mine: string): Promise<boolean> {
  try {
    const file = await open(lock, 'wx', 0o600);
    try {
      await file.writeFile(mine);
    } finally {
      await file.close();
    }
    return true;
  } catch (error) {
    if (hasCode(error, 'EEXIST')) return false;
    throw error;
  }
}

async function holderOf(lock: string): Promise<string> {
  try {
    return await readFile(lock, 'utf8');
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return '';
    throw error;
  }
}

async function release(lock: string): Promise<void> {
  try {
    await unlink(lock);
  } catch (error) {
    if (!hasCode(error, 'ENOENT')) throw error;
  }
}
