import { open, readFile } from 'node:fs/promises';
import type { ScanReport } from './scan-report.js';

const CHUNK_BYTES = 4 << 20;

/** Linux shows a process its children's memory; other systems do not show it at all. */
export const canReadMemory = (): boolean => process.platform === 'linux';

/**
 * Everything that a running process could write to: heap, buffers, stacks. A page that goes away meanwhile is passed over.
 * @param name of the process, for the place of a hit
 * @throws Error the system does not let us read it (not our child, and no right to trace)
 */
export async function scanMemory(report: ScanReport, pid: number, name: string): Promise<void> {
  const memory = await open(`/proc/${pid}/mem`, 'r');
  try {
    for (const region of writableRegions(await readFile(`/proc/${pid}/maps`, 'utf8'))) {
      const feed = report.stream('process memory', () => `${name}, region ${region.label}`);
      const buffer = Buffer.alloc(Math.min(CHUNK_BYTES, region.end - region.start));
      for (let at = region.start; at < region.end; at += CHUNK_BYTES) {
        const length = Math.min(CHUNK_BYTES, region.end - at);
        const bytes = await readPages(memory, buffer, { at, length });
        if (bytes === undefined) break; // unmapped since the list was read
        feed(bytes);
      }
    }
  } finally {
    await memory.close();
  }
}

async function readPages(
  memory: Awaited<ReturnType<typeof open>>,
  buffer: Buffer,
  { at, length }: { at: number; length: number },
): Promise<Buffer | undefined> {
  try {
    const { bytesRead } = await memory.read(buffer, 0, length, at);
    return bytesRead === 0 ? undefined : buffer.subarray(0, bytesRead);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EIO') return undefined;
    throw error;
  }
}

interface Region {
  readonly start: number;
  readonly end: number;
  readonly label: string;
}

/** Lines of /proc/PID/maps: `start-end perms offset device inode path`. Addresses of user space fit a safe integer. */
export function writableRegions(maps: string): Region[] {
  return maps
    .split('\n')
    .map((line) => /^([0-9a-f]+)-([0-9a-f]+) rw\S* \S+ \S+ \S+ *(.*)$/.exec(line))
    .filter((match) => match !== null)
    .map(([, start = '', end = '', path = '']) => ({
      start: Number.parseInt(start, 16),
      end: Number.parseInt(end, 16),
      label: path === '' ? 'heap' : path,
    }));
}
