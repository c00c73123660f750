import { existsSync, mkdtempSync, readFileSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { FileJournal } from '../node/file-journal.js';
import type { Intent, Journal } from './journal.js';
import { MemoryJournal } from './memory-journal.js';
import { StorageJournal, type KeyValueStore } from './storage-journal.js';

const intent = (id: string, change: Partial<Intent> = {}): Intent => ({
  id,
  action: 'pay',
  clientReference: `order-${id}`,
  paymentId: null,
  body: { amount: 1 },
  startedAt: '2026-11-23T00:00:00.000Z',
  ...change,
});

class Store implements KeyValueStore {
  readonly items = new Map<string, string>();
  getItem = (key: string) => this.items.get(key) ?? null;
  setItem = (key: string, value: string) => void this.items.set(key, value);
  removeItem = (key: string) => void this.items.delete(key);
}

describe('journals', () => {
  let folder: string;
  let store: Store;
  beforeEach(() => {
    folder = mkdtempSync(join(tmpdir(), 'tsunagu-journal-'));
    store = new Store();
  });
  afterEach(() => rmSync(folder, { recursive: true }));

  const file = () => join(folder, 'till', 'journal.json');
  const memory = new MemoryJournal();
  const kinds: readonly { name: string; open: () => Journal }[] = [
    { name: 'memory', open: () => memory },
    { name: 'browser', open: () => new StorageJournal(store, 'trm_1') },
    { name: 'file', open: () => new FileJournal(file()) },
  ];

  it.each(kinds)('$name: keeps intents over a restart, oldest first, replaces and forgets them', async ({ open }) => {
    expect(await open().unfinished()).toEqual([]);
    await open().save(intent('1'));
    await open().save(intent('2', { action: 'continue' }));
    await open().save(intent('1', { paymentId: 'pay_1', body: null }));
    expect(await open().unfinished()).toEqual([
      intent('1', { paymentId: 'pay_1', body: null }),
      intent('2', { action: 'continue' }),
    ]);
    await open().finish(['1', 'never']);
    expect((await open().unfinished()).map(({ id }) => id)).toEqual(['2']);
    await open().finish(['2']);
    expect(await open().unfinished()).toEqual([]);
  });

  it('keeps terminals apart in one browser, and leaves nothing behind', async () => {
    const [one, other] = [new StorageJournal(store, 'trm_1'), new StorageJournal(store, 'trm_2')];
    await one.save(intent('1'));
    expect(await other.unfinished()).toEqual([]);
    await one.finish(['1']);
    expect(store.items.size).toBe(0);
  });

  it('says no when the browser has no room', async () => {
    store.setItem = () => {
      throw new Error('QuotaExceededError');
    };
    await expect(new StorageJournal(store, 'trm_1').save(intent('1'))).rejects.toThrow('QuotaExceededError');
  });

  it('writes a private file, and leaves no draft', async () => {
    await new FileJournal(file()).save(intent('1'));
    expect(statSync(file()).mode & 0o777).toBe(0o600);
    expect(readdirSync(join(folder, 'till'))).toEqual(['journal.json']);
  });

  it('reads the old file when the plug was pulled in the middle of a draft', async () => {
    await new FileJournal(file()).save(intent('1'));
    writeFileSync(`${file()}.tmp`, '[{"id":"2", "act');
    expect(await new FileJournal(file()).unfinished()).toEqual([intent('1')]);
    await new FileJournal(file()).save(intent('3'));
    expect(JSON.parse(readFileSync(file(), 'utf8'))).toHaveLength(2);
    expect(existsSync(`${file()}.tmp`)).toBe(false);
  });

  it('stops rather than forget a purchase when somebody else wrote into the file', async () => {
    await new FileJournal(file()).save(intent('1'));
    writeFileSync(file(), 'not ours');
    await expect(new FileJournal(file()).unfinished()).rejects.toThrow(SyntaxError);
    await expect(new FileJournal(file()).save(intent('2'))).rejects.toThrow(SyntaxError);
  });
});
