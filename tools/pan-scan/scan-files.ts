import { createReadStream } from 'node:fs';
import { readdir, stat } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import type { ScanReport } from './scan-report.js';

const CHUNK_BYTES = 1 << 20;

/**
 * Every regular file under these folders, streamed once.
 * A file that vanishes while we read it (a recycled WAL segment) is no error: its successor is read.
 */
export async function scanFolders(report: ScanReport, folders: readonly string[]): Promise<void> {
  for (const folder of folders) await walk(report, folder, folder);
}

/** Medium of a file, told from its place below the folder that is read. */
export function mediumOf(path: string): string {
  if (isCoreDump(path)) return 'core dump';
  const parts = path.split(sep);
  if (parts.includes('pg_wal')) return 'wal';
  if (parts.includes('base') || parts.includes('global') || parts.includes('pg_xact')) return 'data folder';
  if (path.endsWith('.log') || parts.includes('logs') || parts.includes('log')) return 'logs';
  return 'sandbox files';
}

/** `core`, `core.1234` or `core-node-…`: what kernels and apport leave. */
export function isCoreDump(path: string): boolean {
  return /^core([.-].+)?$/.test(basename(path)) && !/\.(js|ts|mjs|json|md)$/.test(path);
}

/** Core dumps directly in these folders, without walking down. */
export async function scanCoreDumps(report: ScanReport, folders: readonly string[]): Promise<void> {
  for (const folder of folders) {
    for (const name of await namesIn(folder)) {
      const path = join(folder, name);
      if (isCoreDump(path) && (await isFile(path))) await scanFile(report, folder, path);
    }
  }
}

async function walk(report: ScanReport, folder: string, path: string): Promise<void> {
  if (await isFile(path)) return scanFile(report, folder, path);
  for (const name of await namesIn(path)) await walk(report, folder, join(path, name));
}

async function scanFile(report: ScanReport, folder: string, path: string): Promise<void> {
  const feed = report.stream(mediumOf(relative(folder, path)), (match) => `${path} before byte ${match.endOffset}`);
  try {
    for await (const chunk of createReadStream(path, { highWaterMark: CHUNK_BYTES })) feed(chunk as Buffer);
  } catch (error) {
    if (!isGone(error)) throw error;
  }
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return await readdir(folder);
  } catch (error) {
    if (isGone(error)) return [];
    throw error;
  }
}

async function isFile(path: string): Promise<boolean> {
  try {
    return (await stat(path)).isFile();
  } catch (error) {
    if (isGone(error)) return false;
    throw error;
  }
}

function isGone(error: unknown): boolean {
  const code = (error as NodeJS.ErrnoException).code;
  return code === 'ENOENT' || code === 'ENOTDIR' || code === 'ENXIO';
}
