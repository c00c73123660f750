import { withIntent, withoutIntents, type Intent, type Journal } from './journal.js';

/** The part of `window.localStorage` that the journal uses. */
export interface KeyValueStore {
  getItem(key: string): string | null;
  setItem(key: string, value: string): void;
  removeItem(key: string): void;
}

/**
 * Keeps intents in the browser (`window.localStorage`): they outlive a reload, a crash of the tab and a restart of the browser.
 * A browser writes them to disk within seconds, so a tablet that loses power in that moment may forget; then
 * `openPayments()` and the purchase's own client reference still find the payment.
 */
export class StorageJournal implements Journal {
  readonly #key: string;

  /** @param terminalId one journal belongs to one terminal */
  constructor(
    private readonly store: KeyValueStore,
    terminalId: string,
  ) {
    this.#key = `tsunagu:journal:${terminalId}`;
  }

  unfinished(): Promise<readonly Intent[]> {
    return Promise.resolve(this.#read());
  }

  async save(intent: Intent): Promise<void> {
    this.store.setItem(this.#key, JSON.stringify(withIntent(this.#read(), intent)));
  }

  async finish(ids: readonly string[]): Promise<void> {
    const left = withoutIntents(this.#read(), ids);
    if (left.length === 0) this.store.removeItem(this.#key);
    else this.store.setItem(this.#key, JSON.stringify(left));
  }

  #read(): readonly Intent[] {
    return JSON.parse(this.store.getItem(this.#key) ?? '[]') as readonly Intent[];
  }
}
