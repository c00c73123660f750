import { existsSync, readFileSync, statSync } from 'node:fs';
import { parseHqBook, type HqBook } from '@tsunagu/acceptor';

/** The file of incoming lines, read again whenever it has changed: a contract is added without a restart. */
export class HqBookFile {
  #stamp = '';

  constructor(private readonly file: string) {}

  get isThere(): boolean {
    return existsSync(this.file);
  }

  /** @returns undefined while nothing has changed, or while there is no file @throws HqBookError, SyntaxError the file is wrong: what was read before stays */
  readChanged(): HqBook | undefined {
    const stat = statSync(this.file, { throwIfNoEntry: false });
    if (stat === undefined) return undefined;
    const stamp = `${stat.ino}:${stat.mtimeMs}:${stat.size}`;
    if (stamp === this.#stamp) return undefined;
    this.#stamp = stamp;
    return parseHqBook(JSON.parse(readFileSync(this.file, 'utf8')));
  }
}
