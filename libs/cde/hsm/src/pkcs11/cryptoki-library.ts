import type { PKCS11 } from 'pkcs11js';
import { HsmError } from '../provider/hsm-error.js';
import { RV, TokenError, rvOf } from './token-error.js';

/** Constants and classes of pkcs11js. */
export type Constants = typeof import('pkcs11js');

/** How long a restart waits for calls that are inside the library. */
const IDLE_MS = 800;

/** Libraries in use by path: Cryptoki is initialized once per process, however many providers there are. */
const loaded = new Map<string, CryptokiLibrary>();

/**
 * One PKCS#11 library in this process. A restart is the only way to make some libraries see a token again that was away, and
 * it ends every session: callers compare {@link generation} before they use what they hold.
 */
export class CryptokiLibrary {
  #generation = 1;
  #users = 0;
  #inside = 0;
  #whenIdle: (() => void)[] = [];
  #restarting: Promise<void> | undefined;

  private constructor(
    private readonly path: string,
    readonly constants: Constants,
    private readonly cryptoki: PKCS11,
  ) {}

  /**
   * Load and initialize, or join those who did.
   * @throws TokenError `addon_missing` pkcs11js was not built; `library_missing`; `folder_missing` the library finds no store
   */
  static async open(path: string): Promise<CryptokiLibrary> {
    const constants = await loadAddon();
    const known = loaded.get(path) ?? CryptokiLibrary.#load(path, constants);
    loaded.set(path, known);
    known.#users += 1;
    return known;
  }

  static #load(path: string, constants: Constants): CryptokiLibrary {
    const cryptoki = new constants.PKCS11();
    try {
      cryptoki.load(path);
    } catch {
      throw new TokenError('library_missing');
    }
    initialize(cryptoki, constants);
    return new CryptokiLibrary(path, constants, cryptoki);
  }

  get generation(): number {
    return this.#generation;
  }

  /** Call into the library; a restart waits for it. @throws HsmError `unavailable` a restart is going on */
  async run<T>(work: (cryptoki: PKCS11) => Promise<T>): Promise<T> {
    if (this.#restarting !== undefined) throw new HsmError('unavailable', 'the HSM library is being restarted');
    this.#inside += 1;
    try {
      return await work(this.cryptoki);
    } finally {
      this.#inside -= 1;
      if (this.#inside === 0) for (const idle of this.#whenIdle.splice(0)) idle();
    }
  }

  /**
   * Finalize and initialize again, once for all who saw the same generation fail.
   * @throws TokenError `gone` a call is stuck inside the library, or it does not come back
   */
  async restart(seen: number): Promise<void> {
    if (this.#generation !== seen) return;
    this.#restarting ??= this.#restart().finally(() => (this.#restarting = undefined));
    await this.#restarting;
  }

  close(): void {
    this.#users -= 1;
    if (this.#users > 0) return;
    loaded.delete(this.path);
    finalize(this.cryptoki);
    this.cryptoki.close();
  }

  async #restart(): Promise<void> {
    if (!(await this.#isIdle())) throw new TokenError('gone');
    finalize(this.cryptoki);
    this.#generation += 1;
    initialize(this.cryptoki, this.constants);
  }

  /** Finalizing under a running call is undefined behavior, so nobody does. */
  async #isIdle(): Promise<boolean> {
    if (this.#inside === 0) return true;
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<boolean>((resolve) => (timer = setTimeout(() => resolve(false), IDLE_MS)));
    const idle = new Promise<boolean>((resolve) => this.#whenIdle.push(() => resolve(true)));
    return Promise.race([idle, late]).finally(() => clearTimeout(timer));
  }
}

async function loadAddon(): Promise<Constants> {
  try {
    const module = (await import('pkcs11js')) as Constants & { readonly default?: Constants };
    return module.default ?? module;
  } catch {
    // absent and not built look alike, and have the same remedy
    throw new TokenError('addon_missing');
  }
}

function initialize(cryptoki: PKCS11, constants: Constants): void {
  try {
    cryptoki.C_Initialize({ flags: constants.CKF_OS_LOCKING_OK });
  } catch (error) {
    if (rvOf(error) === undefined) throw error;
    if (rvOf(error) !== RV.alreadyInitialized) throw new TokenError('gone');
  }
}

function finalize(cryptoki: PKCS11): void {
  try {
    cryptoki.C_Finalize();
  } catch (error) {
    if (rvOf(error) === undefined) throw error; // not initialized, or the device is gone: either way it is over
  }
}
