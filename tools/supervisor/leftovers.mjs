import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { isSameProcessAlive, processIdentity } from '../start/lock.mjs';
import { readJson } from './secrets.mjs';
import { writeWhole } from './write-whole.mjs';

const fileOf = (dataDir) => join(dataDir, 'run.json');

/** Write down who is running, for the start after a supervisor that was killed. */
export function rememberChildren(dataDir, pids) {
  const identities = Object.values(pids).flatMap((pid) => (pid === undefined ? [] : (processIdentity(pid) ?? [])));
  writeWhole(fileOf(dataDir), JSON.stringify(identities));
}

export const forgetChildren = (dataDir) => rmSync(fileOf(dataDir), { force: true });

/** Children of a killed supervisor are finishing by themselves: wait a little, then end those, and only those. */
export async function endLeftovers(dataDir, { patienceMs = 5_000 } = {}) {
  let left = (readJson(fileOf(dataDir)) ?? []).filter(isSameProcessAlive);
  for (let waitedMs = 0; left.length > 0 && waitedMs < patienceMs + 5_000; waitedMs += 100) {
    if (waitedMs === patienceMs) for (const identity of left) process.kill(Number(identity.split(':')[0]), 'SIGKILL');
    await sleep(100);
    left = left.filter(isSameProcessAlive);
  }
  forgetChildren(dataDir);
}
