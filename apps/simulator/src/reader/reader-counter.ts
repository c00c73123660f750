import {
  closeSync,
  existsSync,
  mkdirSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname } from 'node:path';

/** A holder works for about a millisecond; one that is older than this has died. */
const STALE_LOCK_MS = 5_000;
const PAUSE_MS = 2;
const TRIES_MAX = 5_000;

/** A simulated reader cannot work: the message says what a person can do. */
export class ReaderError extends Error {}

/**
 * The transaction counter of one reader, on disk. Every program that stands for this reader (till command, web till) shares the file, so no
 * key serial number is ever used twice, side by side or after a crash.
 */
export class ReaderCounter {
  /** @param file one line of digits: the next counter @param first the next counter when there is no file yet */
  constructor(
    private readonly file: string,
    private readonly first: number,
  ) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  }

  /**
   * Work with the next counter; when this returns, the disk knows that it is used.
   * @param use gets the counter; returns the next one and whatever it made
   * @throws ReaderError another program keeps the reader busy
   */
  take<T>(use: (counter: number) => { readonly nextCounter: number; readonly made: T }): T {
    return this.#alone(() => {
      const { nextCounter, made } = use(this.next);
      const draft = `${this.file}.${process.pid}`;
      writeFileSync(draft, `${nextCounter}\n`, { mode: 0o600, flush: true });
      renameSync(draft, this.file);
      return made;
    });
  }

  get next(): number {
    const kept = existsSync(this.file) ? Number(readFileSync(this.file, 'utf8')) : 1;
    return Math.max(Number.isSafeInteger(kept) ? kept : 1, this.first);
  }

  #alone<T>(work: () => T): T {
    const lock = `${this.file}.lock`;
    this.#lock(lock);
    try {
      return work();
    } finally {
      rmSync(lock, { force: true });
    }
  }

  #lock(lock: string): void {
    for (let tries = 0; tries < TRIES_MAX; tries += 1) {
      if (created(lock)) return;
      if (isStale(lock)) rmSync(lock, { force: true });
      else Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, PAUSE_MS);
    }
    throw new ReaderError(`another program keeps this reader busy: remove ${lock} when there is none`);
  }
}

function created(lock: string): boolean {
  try {
    closeSync(openSync(lock, 'wx', 0o600));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

function isStale(lock: string): boolean {
  const { mtimeMs } = statSync(lock, { throwIfNoEntry: false }) ?? { mtimeMs: Date.now() };
  return Date.now() - mtimeMs > STALE_LOCK_MS;
}
