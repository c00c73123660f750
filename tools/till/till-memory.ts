import { existsSync, mkdirSync, readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { writeWhole } from '../supervisor/write-whole.mjs';

/** A request that was decided and perhaps sent: it is asked again, with the same key, until it is answered. */
export interface PendingIntent {
  readonly path: string;
  readonly idempotencyKey: string;
  readonly body: Record<string, unknown>;
  readonly startedAt: string;
}

interface Notes {
  pending: PendingIntent | null;
}

/** What a till must not forget when its plug is pulled: the unfinished request. Holds no clear card data. */
export class TillMemory {
  readonly #file: string;
  #notes: Notes;

  constructor(sandboxFile: string, terminalId: string) {
    this.#file = join(dirname(sandboxFile), 'till', `${terminalId}.json`);
    mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
    const kept = existsSync(this.#file) ? (JSON.parse(readFileSync(this.#file, 'utf8')) as Notes) : undefined;
    this.#notes = { pending: kept?.pending ?? null };
  }

  get pending(): PendingIntent | null {
    return this.#notes.pending;
  }

  /** On disk before the first byte of the request leaves. */
  begin(pending: PendingIntent): void {
    this.#save({ pending });
  }

  finish(): void {
    this.#save({ pending: null });
  }

  #save(notes: Notes): void {
    this.#notes = notes;
    writeWhole(this.#file, JSON.stringify(notes, null, 2));
  }
}
