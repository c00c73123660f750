import { mkdtempSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { startPostgres } from '../../tools/postgres.mjs';

const HOME = '/tmp';
const PREFIX = 'tsunagu-test-';

/** One throw-away PostgreSQL for the whole run. It may forget everything on a crash of the machine, which nothing but a test may. */
const FAST = { fsync: 'off', synchronous_commit: 'off', full_page_writes: 'off', max_connections: '300' };

/** Vitest calls this once, before any worker starts; the workers inherit the variable. */
export default async function setup(): Promise<() => Promise<void>> {
  if (process.env['TEST_DATABASE_URL'] !== undefined) return async () => undefined;
  removeLeftovers();
  const dataDir = mkdtempSync(join(HOME, `${PREFIX}${process.pid}-`));
  const server = await startPostgres({ dataDir, settings: FAST });
  process.env['TEST_DATABASE_URL'] = server.url('postgres', 'postgres');
  return async () => {
    delete process.env['TEST_DATABASE_URL'];
    await server.stop();
    rmSync(dataDir, { recursive: true, force: true });
  };
}

/** A run that was killed cannot clean up; the next one does. */
function removeLeftovers(): void {
  for (const name of readdirSync(HOME)) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid !== undefined && !isRunning(Number(pid))) rmSync(join(HOME, name), { recursive: true, force: true });
  }
}

function isRunning(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}
