import { closeSync, existsSync, fsyncSync, mkdirSync, openSync, readFileSync, renameSync, writeSync } from 'node:fs';
import { dirname } from 'node:path';
import { withIntent, withoutIntents, type Intent, type Journal } from '../journal/journal.js';

/** Keeps intents in one private file that is replaced as a whole: after a loss of power it is the old one or the new one. */
export class FileJournal implements Journal {
  constructor(private readonly file: string) {
    mkdirSync(dirname(file), { recursive: true, mode: 0o700 });
  }

  /** @throws SyntaxError somebody else wrote into the file: rather stop than forget a purchase */
  unfinished(): Promise<readonly Intent[]> {
    return Promise.resolve().then(() => this.#read());
  }

  save(intent: Intent): Promise<void> {
    return Promise.resolve().then(() => this.#write(withIntent(this.#read(), intent)));
  }

  finish(ids: readonly string[]): Promise<void> {
    return Promise.resolve().then(() => this.#write(withoutIntents(this.#read(), ids)));
  }

  #read(): readonly Intent[] {
    return existsSync(this.file) ? (JSON.parse(readFileSync(this.file, 'utf8')) as readonly Intent[]) : [];
  }

  #write(intents: readonly Intent[]): void {
    const draft = `${this.file}.tmp`;
    const descriptor = openSync(draft, 'w', 0o600);
    try {
      writeSync(descriptor, JSON.stringify(intents, null, 2));
      fsyncSync(descriptor);
    } finally {
      closeSync(descriptor);
    }
    renameSync(draft, this.file);
    syncFolder(dirname(this.file));
  }
}

/** A renamed file is only there after a loss of power when its folder was written, too. */
function syncFolder(folder: string): void {
  const descriptor = openSync(folder, 'r');
  try {
    fsyncSync(descriptor);
  } finally {
    closeSync(descriptor);
  }
}
