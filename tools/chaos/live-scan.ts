import { panPatterns, type PanPattern } from '../pan-scan/pan-forms.js';
import { scanDatabases } from '../pan-scan/scan-database.js';
import { scanFolders } from '../pan-scan/scan-files.js';
import { canReadMemory, scanMemory } from '../pan-scan/scan-memory.js';
import { scanRedis } from '../pan-scan/scan-redis.js';
import { ScanReport, type PanHit } from '../pan-scan/scan-report.js';
import type { Stack } from './stack.js';

/** What a look through a running house found. Places only, never a number. */
export interface LiveScan {
  readonly hits: number;
  readonly bytes: Readonly<Record<string, number>>;
  readonly places: readonly PanHit[];
}

/** The processes that never see a clear card number. @source security-reliability.md C1 */
const PUBLIC_ZONE = ['api', 'worker'];

/**
 * Database, queue, write-ahead log, every file, and the memory of the public zone, while all of it is in use.
 * @param more what else must be nowhere, beside card numbers
 */
export async function scanRunningHouse(
  stack: Stack,
  redisUrl: string | undefined,
  more: readonly PanPattern[],
): Promise<LiveScan> {
  const report = new ScanReport([...panPatterns(), ...more]);
  await scanDatabases(report, stack.databaseUrl());
  if (redisUrl !== undefined) await scanRedis(report, redisUrl);
  const elsewhere =
    stack.postgresDir === undefined || stack.postgresDir.startsWith(stack.dataDir) ? [] : [stack.postgresDir];
  await scanFolders(report, [stack.dataDir, ...elsewhere]);
  for (const name of canReadMemory() ? PUBLIC_ZONE : []) {
    const pid = stack.pids[name];
    if (pid === undefined) throw new Error(`${name} is not running: its memory cannot be read`);
    await scanMemory(report, pid, name);
  }
  return { hits: report.hitCount, bytes: report.bytes, places: report.hits };
}
