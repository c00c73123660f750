import { spawnSync } from 'node:child_process';
import { linkSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';

/**
 * When a process began, as the system tells it. A number alone is soon given to another process.
 * @param {number} pid
 * @returns {string | undefined} undefined when there is no such process (or only its remains)
 */
export function processIdentity(pid) {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return fields[0] === 'Z' ? undefined : `${pid}:${fields[19]}`;
  } catch {
    if (process.platform === 'linux') return undefined;
  }
  const ps = spawnSync('ps', ['-p', String(pid), '-o', 'stat=,lstart='], { encoding: 'utf8' });
  const text = (ps.stdout ?? '').trim();
  return text === '' || text.startsWith('Z') ? undefined : `${pid}:${text.replace(/^\S+\s+/, '')}`;
}

/** @param {string} identity of `processIdentity` */
export const isSameProcessAlive = (identity) => processIdentity(Number(identity.split(':')[0])) === identity;

/**
 * Take a lock file that dies with its owner.
 * @param {string} file
 * @param {{ waitMs?: number }} [options] how long to wait for a living owner
 * @returns {Promise<{ release(): void } | { heldBy: number }>}
 */
export async function takeLock(file, { waitMs = 0 } = {}) {
  mkdirSync(dirname(file), { recursive: true });
  const draft = `${file}.${process.pid}`;
  writeFileSync(draft, processIdentity(process.pid) ?? '', { mode: 0o600 });
  try {
    for (let waitedMs = 0; ; waitedMs += 100) {
      if (tryLink(draft, file)) return { release: () => rmSync(file, { force: true }) };
      const owner = readOwner(file);
      if (owner !== undefined && !isSameProcessAlive(owner)) rmSync(file, { force: true });
      else if (waitedMs >= waitMs) return { heldBy: Number((owner ?? '').split(':')[0]) };
      else await sleep(100);
    }
  } finally {
    rmSync(draft, { force: true });
  }
}

/** A hard link appears whole or not at all, so nobody ever reads half a lock. */
function tryLink(draft, file) {
  try {
    linkSync(draft, file);
    return true;
  } catch (error) {
    if (error.code === 'EEXIST') return false;
    throw error;
  }
}

function readOwner(file) {
  try {
    return readFileSync(file, 'utf8');
  } catch {
    return undefined;
  }
}
