import { startEncryption } from './block-cipher.js';

type Encrypt = (data: Buffer) => Buffer;

/**
 * Running AES encryptions (ECB) of keys that are in memory anyway. Every card begins with one block under its base key, and setting a
 * cipher up costs several times that block. An encryption goes with the memory of its key: whoever wipes a key lets go of it as well, and
 * never puts another one in its place.
 */
export class BaseCiphers {
  readonly #byKey = new WeakMap<Buffer, Encrypt>();

  /** @param key AES, memory that holds this key and no other as long as it lives */
  of(key: Buffer): Encrypt {
    const known = this.#byKey.get(key);
    if (known !== undefined) return known;
    const running = startEncryption('AES', 'ECB', key, null);
    const encrypt: Encrypt = (data) => running.update(data);
    this.#byKey.set(key, encrypt);
    return encrypt;
  }
}
