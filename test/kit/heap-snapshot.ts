import { readFileSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { vi } from 'vitest';

const WRITTEN_MAX_MS = 60_000;

/**
 * Options under which a process writes its V8 heap into a folder on SIGUSR2. Production refuses to start with them.
 * @param folder must exist
 * @returns all of them but the last may also stand in NODE_OPTIONS; the last one shows strings beyond their first 1,024 characters, too
 */
export function heapSnapshotOptions(folder: string): [string, string, string] {
  return [`--heapsnapshot-signal=SIGUSR2`, `--diagnostic-dir=${folder}`, '--heap-snapshot-string-limit=10000000'];
}

/**
 * Every string in the V8 heap of a process that was started with {@link heapSnapshotOptions}, garbage collected before. Bytes outside of the
 * heap (buffers) are not in it: those are searched in the memory of the process itself.
 * @returns all of them in latin1, so that bytes that were made into a string read as those bytes
 */
export async function heapStrings(pid: number, folder: string): Promise<Buffer> {
  process.kill(pid, 'SIGUSR2');
  const strings = await vi.waitFor(() => readSnapshot(pid, folder), { timeout: WRITTEN_MAX_MS, interval: 200 });
  return Buffer.from(strings.join('\n'), 'latin1');
}

/** @throws SyntaxError, Error it is not written, or not to its end */
function readSnapshot(pid: number, folder: string): string[] {
  const name = readdirSync(folder).find((one) => one.endsWith('.heapsnapshot') && one.includes(`.${pid}.`));
  if (name === undefined) throw new Error('there is no snapshot yet');
  const text = readFileSync(join(folder, name), 'utf8');
  if (!text.trimEnd().endsWith('}')) throw new Error('the snapshot is not written to its end');
  const { strings } = JSON.parse(text) as { strings: string[] };
  rmSync(join(folder, name));
  return strings;
}
