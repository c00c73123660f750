import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { removePostgresData, Trouble } from '../postgres.mjs';
import { endLeftovers } from '../supervisor/leftovers.mjs';
import { takeLock } from './lock.mjs';

/** What belongs to one life of a sandbox. The chosen ports and the logs stay. */
const FORGOTTEN = ['sandbox.json', 'secrets.json', 'links.json', 'hsm', 'simulator', 'till'];

/** Begin anew. @throws {Trouble} it is running, or the database is not ours to wipe */
export async function reset(dataDir, externalDatabase) {
  if (externalDatabase)
    throw new Trouble('--reset does not wipe an external database: empty it yourself, or unset DATABASE_URL');
  const lock = await takeLock(join(dataDir, 'lock'));
  if ('heldBy' in lock)
    throw new Trouble(`--reset: tsunagu is running on ${dataDir} (process ${lock.heldBy}): stop it first`);
  try {
    await endLeftovers(dataDir, { patienceMs: 1_000 });
    await removePostgresData(join(dataDir, 'postgres'));
    for (const name of FORGOTTEN) rmSync(join(dataDir, name), { recursive: true, force: true });
  } finally {
    lock.release();
  }
}
