import { statfs } from 'node:fs/promises';

const LOOK_MS = 5_000;
/** Below this the write-ahead log (segments of 16 MB) and the logs soon stop. */
const LOW_BYTES = 100_000_000;

/**
 * Tell once when the disk of a running house is nearly full, and once when there is room again.
 * @param {string} dataDir
 * @param {(line: string) => void} say
 * @param {{ lookMs?: number, freeBytes?: () => Promise<number> }} [given] `freeBytes` for tests
 * @returns {() => void} ends the watch
 */
export function watchDisk(dataDir, say, { lookMs = LOOK_MS, freeBytes = () => freeBytesOf(dataDir) } = {}) {
  let isLow = false;
  const look = async () => {
    const free = await freeBytes().catch(() => undefined);
    if (free === undefined || free < LOW_BYTES === isLow) return;
    isLow = !isLow;
    say(
      isLow
        ? `the disk that holds ${dataDir} is nearly full (${Math.floor(free / 1e6)} MB left): free some space; payments are refused when it is full, and none is lost`
        : `the disk that holds ${dataDir} has room again`,
    );
  };
  void look();
  const timer = setInterval(look, lookMs);
  timer.unref();
  return () => clearInterval(timer);
}

async function freeBytesOf(folder) {
  const { bavail, bsize } = await statfs(folder);
  return bavail * bsize;
}
