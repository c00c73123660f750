import { readdir, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type * as Postgres from '../postgres.mjs';
import { scanDatabase, scanDatabases } from './scan-database.js';
import { scanCoreDumps, scanFolders } from './scan-files.js';
import { scanMemory } from './scan-memory.js';
import { scanRedis } from './scan-redis.js';
import type { ScanReport } from './scan-report.js';

export interface ScanScope {
  /** Repository root: core dumps of every process land in its working directory. */
  readonly root: string;
  /** Where the house's own tools lie: the launcher of the embedded PostgreSQL is one. */
  readonly tools: string;
  /** Sandbox folders: state, logs, PostgreSQL clusters. */
  readonly folders: readonly string[];
  /** Servers that are not ours to find, e.g. an external database (superuser or BYPASSRLS login). */
  readonly databaseUrls: readonly string[];
  readonly redisUrl?: string;
  /** Running processes whose memory is read. */
  readonly pids?: readonly number[];
}

/** All media of one scope. Embedded clusters are started (or joined) to be read as tables, then read as files. */
export async function scanEverything(report: ScanReport, scope: ScanScope): Promise<void> {
  const elsewhere: string[] = [];
  for (const folder of scope.folders) {
    for (const dataDir of await dataDirsIn(folder, scope.tools)) {
      const place = await scanCluster(report, scope.tools, dataDir);
      if (!place.startsWith(folder)) elsewhere.push(place);
    }
  }
  for (const url of scope.databaseUrls) await scanDatabase(report, url);
  if (scope.redisUrl) await scanRedis(report, scope.redisUrl);
  for (const pid of scope.pids ?? []) await scanMemory(report, pid, `process ${pid}`);
  await scanFolders(report, [...scope.folders, ...elsewhere]);
  await scanCoreDumps(report, [
    scope.root,
    join(scope.root, 'dist'),
    '/var/crash',
    '/var/lib/systemd/coredump',
    '/tmp',
  ]);
}

/** The launcher is loaded from its place, not bundled: it finds the server's binaries relative to itself. */
export async function embeddedPostgres(tools: string): Promise<typeof Postgres> {
  return (await import(pathToFileURL(join(tools, 'postgres.mjs')).href)) as typeof Postgres;
}

/** @returns the folder that really holds the cluster: the launcher moves it where the server's user can reach it */
async function scanCluster(report: ScanReport, tools: string, dataDir: string): Promise<string> {
  const { startPostgres } = await embeddedPostgres(tools);
  const server = await startPostgres({ dataDir });
  try {
    await scanDatabases(report, server.url());
  } finally {
    await server.stop();
  }
  return server.dataDir;
}

/** Data directories at or below a folder, three levels deep at most; also those whose cluster had to live elsewhere. */
async function dataDirsIn(folder: string, tools: string, depth = 3): Promise<string[]> {
  if (await exists(join(folder, 'data', 'PG_VERSION'))) return [folder];
  const { shortHash } = (await import(pathToFileURL(join(tools, 'postgres', 'binaries.mjs')).href)) as {
    shortHash(text: string): string;
  };
  const place = await realpath(folder).catch(() => folder);
  if (await exists(join(`/var/tmp/tsunagu-data-${shortHash(place)}`, 'data', 'PG_VERSION'))) return [folder];
  if (depth === 0) return [];
  const below = await readdir(folder, { withFileTypes: true }).catch(() => []);
  const found = below
    .filter((entry) => entry.isDirectory())
    .map((entry) => dataDirsIn(join(folder, entry.name), tools, depth - 1));
  return (await Promise.all(found)).flat();
}

async function exists(path: string): Promise<boolean> {
  return (await stat(path).catch(() => undefined)) !== undefined;
}
