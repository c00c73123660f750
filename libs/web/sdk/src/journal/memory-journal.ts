import { withIntent, withoutIntents, type Intent, type Journal } from './journal.js';

/** Forgets with the process: for tests, and for programs that keep their intents themselves. */
export class MemoryJournal implements Journal {
  #intents: readonly Intent[] = [];

  unfinished(): Promise<readonly Intent[]> {
    return Promise.resolve(this.#intents);
  }

  save(intent: Intent): Promise<void> {
    this.#intents = withIntent(this.#intents, intent);
    return Promise.resolve();
  }

  finish(ids: readonly string[]): Promise<void> {
    this.#intents = withoutIntents(this.#intents, ids);
    return Promise.resolve();
  }
}
