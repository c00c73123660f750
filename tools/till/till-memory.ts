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
  next_counter: number;
  pending: PendingIntent | null;
}

/** What a till must not forget when its plug is pulled: the reader's counter and the unfinished request. Holds no clear card data. */
export class TillMemory {
  readonly #file: string;
  #notes: Notes;

  constructor(sandboxFile: string, terminalId: string, firstCounter: number) {
    this.#file = join(dirname(sandboxFile), 'till', `${terminalId}.json`);
    mkdirSync(dirname(this.#file), { recursive: true, mode: 0o700 });
    const kept = existsSync(this.#file) ? (JSON.parse(readFileSync(this.#file, 'utf8')) as Notes) : undefined;
    this.#notes = { next_counter: Math.max(kept?.next_counter ?? 1, firstCounter), pending: kept?.pending ?? null };
  }

  get nextCounter(): number {
    return this.#notes.next_counter;
  }

  get pending(): PendingIntent | null {
    return this.#notes.pending;
  }

  /** On disk before the first byte of the request leaves: a counter is never used for two purchases. */
  begin(pending: PendingIntent, nextCounter = this.#notes.next_counter): void {
    this.#save({ next_counter: nextCounter, pending });
  }

  /** A card was read for somebody else's request; an unfinished request of this till stays as it is. */
  advance(nextCounter: number): void {
    this.#save({ ...this.#notes, next_counter: nextCounter });
  }

  finish(): void {
    this.#save({ ...this.#notes, pending: null });
  }

  #save(notes: Notes): void {
    this.#notes = notes;
    writeWhole(this.#file, JSON.stringify(notes, null, 2));
  }
}
