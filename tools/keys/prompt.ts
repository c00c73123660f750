import { createInterface } from 'node:readline';
import type { Readable } from 'node:stream';
import { KeysError } from './vault-door.js';

/**
 * Reads what must not stand on a command line: from the keyboard without showing it, or line by line from standard input.
 */
export class Prompt {
  #lines: AsyncIterator<string> | undefined;

  constructor(private readonly input: NodeJS.ReadStream | Readable = process.stdin) {}

  /** @param what named to the person. @throws KeysError nothing was given */
  async secret(what: string): Promise<string> {
    const keyboard = 'isTTY' in this.input && this.input.isTTY ? this.input : undefined;
    const text = keyboard === undefined ? await this.#line() : await hidden(keyboard, `${what}: `);
    if (text === '') throw new KeysError(`${what} is missing`);
    return text;
  }

  close(): void {
    if (this.#lines !== undefined) this.input.destroy();
  }

  async #line(): Promise<string> {
    this.#lines ??= createInterface({ input: this.input, terminal: false })[Symbol.asyncIterator]();
    const { value, done } = await this.#lines.next();
    return done === true ? '' : value.trim();
  }
}

function hidden(keyboard: NodeJS.ReadStream, question: string): Promise<string> {
  process.stderr.write(question);
  keyboard.setRawMode(true);
  keyboard.resume();
  return new Promise((resolve, reject) => {
    let text = '';
    const read = (chunk: Buffer): void => {
      for (const character of chunk.toString('utf8')) {
        if (character === '\u0003') return finish(() => reject(new KeysError('given up')));
        if (character === '\r' || character === '\n') return finish(() => resolve(text.trim()));
        text = character === '\u007f' ? text.slice(0, -1) : text + character;
      }
    };
    const finish = (end: () => void): void => {
      keyboard.off('data', read);
      keyboard.setRawMode(false);
      keyboard.pause();
      process.stderr.write('\n');
      end();
    };
    keyboard.on('data', read);
  });
}
