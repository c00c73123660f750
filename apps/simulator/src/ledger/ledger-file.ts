import { closeSync, fdatasync, ftruncateSync, openSync, readFileSync, write } from 'node:fs';
import { promisify } from 'node:util';

const writeAll = promisify(write);
const sync = promisify(fdatasync);
const NEWLINE = 0x0a;

/**
 * An append-only file of JSON lines that is on disk before anybody is told.
 * Lines that arrive while a sync runs share the next one (group commit). A last line torn by a crash is cut off at
 * opening: its writer never got an answer.
 */
export class LedgerFile {
  readonly #descriptor: number;
  #waiting: string[] = [];
  #tail: Promise<void> = Promise.resolve();
  #isScheduled = false;
  #isBroken = false;

  private constructor(descriptor: number) {
    this.#descriptor = descriptor;
  }

  /** @throws Error a line in the middle of the file is not JSON: the book is damaged and nobody should build on it */
  static open(path: string): { file: LedgerFile; lines: unknown[] } {
    const descriptor = openSync(path, 'a+', 0o600);
    const { lines, soundBytes } = parseLines(readFileSync(descriptor));
    ftruncateSync(descriptor, soundBytes);
    return { file: new LedgerFile(descriptor), lines };
  }

  /** False after a write or sync failed: from then on nothing is accepted. */
  get isSound(): boolean {
    return !this.#isBroken;
  }

  append(line: unknown): void {
    this.#waiting.push(JSON.stringify(line));
    if (this.#isScheduled) return;
    this.#isScheduled = true;
    this.#tail = this.#tail.then(() => this.#writeGroup());
    this.#tail.catch(() => undefined); // whoever waits in flushed() is told; nobody waiting is no crash
  }

  /** Resolves when every line appended so far is on disk. @throws Error the disk refused */
  flushed(): Promise<void> {
    return this.#tail;
  }

  async close(): Promise<void> {
    await this.#tail.catch(() => undefined);
    closeSync(this.#descriptor);
  }

  async #writeGroup(): Promise<void> {
    const group = Buffer.from(this.#waiting.map((line) => `${line}\n`).join(''));
    this.#waiting = [];
    this.#isScheduled = false;
    if (this.#isBroken) throw new Error('the ledger file is broken');
    try {
      for (let at = 0; at < group.length;) at += (await writeAll(this.#descriptor, group, at)).bytesWritten;
      await sync(this.#descriptor);
    } catch (error) {
      this.#isBroken = true;
      throw error;
    }
  }
}

function parseLines(bytes: Buffer): { lines: unknown[]; soundBytes: number } {
  const lines: unknown[] = [];
  let at = 0;
  for (let end = bytes.indexOf(NEWLINE, at); end >= 0; end = bytes.indexOf(NEWLINE, at)) {
    const isLast = end === bytes.length - 1;
    const parsed = parse(bytes.toString('utf8', at, end));
    if (parsed === undefined && isLast) return { lines, soundBytes: at };
    if (parsed === undefined) throw new Error(`the ledger file is damaged at byte ${at}`);
    lines.push(parsed);
    at = end + 1;
  }
  return { lines, soundBytes: at };
}

function parse(line: string): unknown {
  try {
    return JSON.parse(line);
  } catch (error) {
    if (error instanceof SyntaxError) return undefined;
    throw error;
  }
}
