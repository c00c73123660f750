import { AppError, type Clock } from '@tsunagu/kernel';
import { randomBytes } from 'node:crypto';
import { mkdir, readFile, readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { HsmError } from '../provider/hsm-error.js';
import { createOnce, hasCode, replace, shred } from './atomic-file.js';
import { withKeyLock } from './key-lock.js';
import { openKey, peekHeader, sealKey, type KeyHeader } from './key-file.js';

const LMK_BYTES = 32;
/** How long an opened key stays in memory before its file is read again: bounds how long a retired or destroyed key still works elsewhere. */
const CACHE_MS = 5_000;
/** How often memory is searched for keys whose time is over. */
const SWEEP_MS = 5_000;

/** The key store folder cannot be used. The message names the rule, never a path's content. */
export class KeyStoreError extends AppError {
  readonly code = 'hsm_store_unusable';
  readonly category = 'internal';
}

/** Brings the 32 bytes of the master key of a folder; told whether keys are there, because then its absence is a loss. */
export type MasterKeySource = (folder: string, hasKeys: boolean) => Promise<Buffer>;

/** A key in memory. It belongs to the store, who wipes it: whoever has it in hand uses it in the same tick and changes nothing. */
export interface OpenKey {
  readonly header: KeyHeader;
  readonly key: Buffer;
  readonly until: number;
}

/**
 * Folder of sealed keys under one local master key (LMK). Two processes may start on an empty folder at once: the file
 * system decides who made the LMK and each key, and both use the winner's.
 */
export class KeyStore {
  readonly #open = new Map<string, OpenKey>();
  /** Headers by file name: the end of a key never changes, so each is read once. */
  #headers = new Map<string, KeyHeader>();
  readonly #sweep: NodeJS.Timeout;

  private constructor(
    private readonly folder: string,
    private readonly lmk: Buffer,
    private readonly clock: Clock,
  ) {
    this.#sweep = setInterval(() => this.evictExpired(), SWEEP_MS).unref();
  }

  /**
   * @param masterKey who brings the LMK: a file beside the keys, or a key service
   * @throws KeyStoreError others may read the LMK, or it is missing while keys exist
   */
  static async at(folder: string, clock: Clock, masterKey: MasterKeySource = loadLmk): Promise<KeyStore> {
    await mkdir(join(folder, 'keys'), { recursive: true, mode: 0o700 });
    const hasKeys = (await readdir(join(folder, 'keys'))).some((name) => name.endsWith('.key'));
    return new KeyStore(folder, await masterKey(folder, hasKeys), clock);
  }

  /** The key when it is in memory and still good; undefined = it has to be read, by {@link withKey}. */
  inMemory(id: string): OpenKey | undefined {
    const known = this.#open.get(id);
    if (known === undefined) return undefined;
    const at = this.clock.now().getTime();
    return known.until > at && !isOver(known.header, at) ? known : undefined;
  }

  /**
   * Use a key on a private copy, wiped afterwards: the shared one may be evicted at any moment.
   * @throws HsmError `key_unknown` no such key, destroyed, or past its end
   */
  async withKey<T>(id: string, use: (key: Buffer, header: KeyHeader) => T): Promise<T> {
    const { header, key } = await this.#load(id);
    const copy = Buffer.from(key);
    try {
      return use(copy, header);
    } finally {
      copy.fill(0);
    }
  }

  async header(id: string): Promise<KeyHeader> {
    return (await this.#load(id)).header;
  }

  /** @returns false when a key of this id exists already */
  async create(header: KeyHeader, key: Buffer): Promise<boolean> {
    return createOnce(this.#path(header.id), sealKey(this.lmk, header, key));
  }

  /** The same key with another header; a key that is gone stays gone, whoever destroys it at this moment. @throws HsmError `key_unknown` */
  async update(id: string, change: (header: KeyHeader) => KeyHeader): Promise<KeyHeader> {
    return withKeyLock(this.#path(id), async () => {
      this.#evict(id);
      const { header, sealed } = await this.withKey(id, (key, known) => {
        const next = change(known);
        return { header: next, sealed: sealKey(this.lmk, next, key) };
      });
      if (!(await replace(this.#path(id), sealed))) throw new HsmError('key_unknown', 'no such key', { key: id });
      this.#evict(id);
      return header;
    });
  }

  async destroy(id: string): Promise<void> {
    await withKeyLock(this.#path(id), async () => {
      this.#evict(id);
      await shred(this.#path(id));
    });
  }

  /** Read the file again at the next use: another process may have moved the key on. */
  forget(id: string): void {
    this.#evict(id);
  }

  /** Ids of keys whose time is over and that `may` lets the caller destroy. */
  async expired(now: Date, may: (header: KeyHeader) => boolean): Promise<string[]> {
    const headers = new Map<string, KeyHeader>();
    for (const name of await this.names()) {
      const header = this.#headers.get(name) ?? peekHeader(await readIfThere(join(this.folder, 'keys', name)));
      if (header !== undefined) headers.set(name, header);
    }
    this.#headers = headers;
    return [...headers.values()].filter((header) => isOver(header, now.getTime()) && may(header)).map(({ id }) => id);
  }

  /** File names of all keys: also the proof that the folder can be read. */
  async names(): Promise<string[]> {
    return (await readdir(join(this.folder, 'keys'))).filter((name) => name.endsWith('.key'));
  }

  /** Wipe from memory every key whose time is over. */
  evictExpired(): void {
    const now = this.clock.now().getTime();
    for (const [id, { header, until }] of this.#open) {
      if (until <= now || isOver(header, now)) this.#evict(id);
    }
  }

  /** Wipe what is in memory; the store is not used afterwards. */
  close(): void {
    clearInterval(this.#sweep);
    for (const id of this.#open.keys()) this.#evict(id);
    this.lmk.fill(0);
  }

  async #load(id: string): Promise<OpenKey> {
    const known = this.inMemory(id);
    if (known !== undefined) return known;
    this.#evict(id);
    const file = await readIfThere(this.#path(id));
    if (file.length === 0) throw new HsmError('key_unknown', 'no such key', { key: id });
    const now = this.clock.now().getTime();
    const opened = { ...openKey(this.lmk, id, file), until: now + CACHE_MS };
    if (isOver(opened.header, now)) {
      opened.key.fill(0);
      throw new HsmError('key_unknown', 'no such key', { key: id });
    }
    this.#evict(id); // another caller may have loaded it meanwhile
    this.#open.set(id, opened);
    return opened;
  }

  #evict(id: string): void {
    this.#open.get(id)?.key.fill(0);
    this.#open.delete(id);
  }

  #path(id: string): string {
    if (!/^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$/.test(id)) throw new HsmError('key_unknown', 'no such key');
    return join(this.folder, 'keys', `${id}.key`);
  }
}

function isOver(header: KeyHeader, now: number): boolean {
  return header.expiresAt !== null && Date.parse(header.expiresAt) <= now;
}

async function readIfThere(path: string): Promise<Buffer> {
  try {
    return await readFile(path);
  } catch (error) {
    if (hasCode(error, 'ENOENT')) return Buffer.alloc(0);
    throw error;
  }
}

async function loadLmk(folder: string, hasKeys: boolean): Promise<Buffer> {
  const path = join(folder, 'lmk');
  let lmk = await readIfThere(path);
  if (lmk.length === 0) {
    // keys are listed before the LMK is read: whoever made them had made the LMK before, so its absence is a loss
    if (hasKeys)
      throw new KeyStoreError('the key store has keys but its master key is missing; restore HSM_DIR from backup');
    await createOnce(path, randomBytes(LMK_BYTES));
    lmk = await readFile(path);
  }
  if (lmk.length !== LMK_BYTES) throw new KeyStoreError('the master key in HSM_DIR is damaged; restore it from backup');
  if (((await stat(path)).mode & 0o077) !== 0) {
    throw new KeyStoreError('the master key in HSM_DIR may be read by others; set its mode to 0600');
  }
  return lmk;
}
