import { SystemClock, type Clock } from '@tsunagu/kernel';
import type { Handle } from 'pkcs11js';
import type { CipherInput } from '../cipher/block-cipher.js';
import { HsmError } from '../provider/hsm-error.js';
import {
  HsmProvider,
  type Dukpt,
  type HsmCapabilities,
  type KeyInfo,
  type KeyRef,
  type KeyState,
  type MacAlg,
} from '../provider/hsm-provider.js';
import { hasRight, isVisible, stateAllows, type HsmPartition, type KeyRight } from '../software/key-rights.js';
import { macShape, tokenDecrypt, tokenEncrypt, tokenMac, tokenVerify } from './token-cipher.js';
import { tokenCapabilities } from './token-capabilities.js';
import { readInitialKey, withWorkingKey, type WantedKey } from './token-dukpt.js';
import { usesOf, type TokenKey, type Use } from './token-key.js';
import { TokenKeyMaker, type NewKey } from './token-key-maker.js';
import { TokenKeys, isOver, unknownKey, type FoundKey } from './token-keys.js';
import { TokenLink, type TokenRequest, type TokenSettings } from './token-link.js';

const NAME = 'pkcs11';
/** A little more than a transaction key is kept for. */
const SWEEP_MS = 1100;
const ORDER: readonly KeyState[] = ['pending', 'active', 'decrypt-only', 'retired', 'destroyed'];

/** How a process opens its token. */
export interface Pkcs11Options extends TokenSettings {
  readonly partition: HsmPartition;
  readonly mode: 'sandbox' | 'production';
  /** The module behind the library is certified for payment; said by whoever runs it, and logged by the caller. */
  readonly isPaymentGrade?: boolean;
  readonly clock?: Clock;
}

/**
 * HSM behind PKCS#11: keys are made in the token and never leave it. AES DUKPT runs wholly inside. PIN
 * translation, TDES DUKPT and EMV do not exist in Cryptoki: {@link capabilities} says so and the methods answer `unsupported`.
 */
export class Pkcs11Hsm extends HsmProvider {
  readonly name = NAME;
  readonly #keys: TokenKeys;
  readonly #maker: TokenKeyMaker;
  readonly #clock: Clock;
  #sweep: NodeJS.Timeout | undefined;

  private constructor(
    private readonly link: TokenLink,
    private readonly options: Pkcs11Options,
  ) {
    super();
    this.#clock = options.clock ?? new SystemClock();
    this.#keys = new TokenKeys(this.#clock);
    this.#maker = new TokenKeyMaker(link, this.#keys, this.#clock);
  }

  /** @throws TokenError what is wrong with library, folder, label or PIN, and which variable leads to it */
  static async open(options: Pkcs11Options): Promise<Pkcs11Hsm> {
    return new Pkcs11Hsm(await TokenLink.open(options), options);
  }

  override close(): void {
    clearTimeout(this.#sweep);
    this.#sweep = undefined;
    this.link.close();
  }

  async capabilities(): Promise<HsmCapabilities> {
    const { mode, isPaymentGrade = false } = this.options;
    return this.link.use(async ({ token, constants, derivationString }) =>
      tokenCapabilities(token.mechanisms, constants, {
        isSandbox: mode === 'sandbox',
        isPaymentGrade,
        hasLongKeys: derivationString !== undefined,
      }),
    );
  }

  async health(): Promise<{ ok: boolean; latencyMs: number; detail?: string }> {
    const started = performance.now();
    try {
      await this.link.probe();
      return { ok: true, latencyMs: performance.now() - started };
    } catch (error) {
      if (!(error instanceof HsmError)) throw error;
      const detail = typeof error.facts?.['detail'] === 'string' ? error.facts['detail'] : error.reason;
      return { ok: false, latencyMs: performance.now() - started, detail };
    }
  }

  async random(bytes: number): Promise<Buffer> {
    return this.link.use(async ({ cryptoki, session }) => cryptoki.C_GenerateRandom(session, Buffer.alloc(bytes)));
  }

  async dukptVerifyMac(dukpt: Dukpt, r: { alg: MacAlg; data: Buffer; mac: Buffer }): Promise<boolean> {
    const allows: Use[] = [macShape(r.alg).isCut ? 'CKA_SIGN' : 'CKA_VERIFY'];
    const wanted = { dukpt, use: 'mac', allows, keepsAfter: (isRight: boolean) => isRight } as const;
    const isRight = await this.#withWorkingKey(wanted, (request, key) => tokenVerify(request, key, r), r.alg);
    if (isRight) this.#sweepSoon();
    return isRight;
  }

  async dukptGenerateMac(dukpt: Dukpt, r: { alg: MacAlg; data: Buffer }): Promise<Buffer> {
    const wanted = { dukpt, use: 'mac', allows: ['CKA_SIGN'] } as const;
    return this.#withWorkingKey(wanted, (request, key) => tokenMac(request, key, r.alg, r.data), r.alg);
  }

  async dukptDecrypt(dukpt: Dukpt, r: Omit<CipherInput, 'data'> & { cipher: Buffer }): Promise<Buffer> {
    const wanted = { dukpt, use: 'data', allows: ['CKA_DECRYPT'] } as const;
    const input = { ...r, data: r.cipher };
    return this.#withWorkingKey(wanted, (request, key) => tokenDecrypt(request, key, input));
  }

  async dukptEncrypt(dukpt: Dukpt, r: Omit<CipherInput, 'data'> & { plain: Buffer }): Promise<Buffer> {
    const wanted = { dukpt, use: 'data', allows: ['CKA_ENCRYPT'] } as const;
    const input = { ...r, data: r.plain };
    return this.#withWorkingKey(wanted, (request, key) => tokenEncrypt(request, key, input));
  }

  /** No token mechanism translates a PIN block, and the clear PIN may not pass through this process. */
  async translatePin(): Promise<{ block: Buffer }> {
    return this.unsupported('translatePin');
  }

  async generateMac(r: { key: KeyRef; alg: MacAlg; data: Buffer; length?: number }): Promise<Buffer> {
    macShape(r.alg);
    const mac = await this.#withKey(r.key, 'mac', (request, { handle }) => tokenMac(request, handle, r.alg, r.data));
    return r.length === undefined ? mac : mac.subarray(0, r.length);
  }

  override async verifyMac(r: { key: KeyRef; alg: MacAlg; data: Buffer; mac: Buffer }): Promise<boolean> {
    return this.#withKey(r.key, 'mac', (request, { handle }) => tokenVerify(request, handle, r));
  }

  async encrypt(r: CipherInput & { key: KeyRef }): Promise<Buffer> {
    return this.#withKey(r.key, 'encrypt', (request, { handle }) => tokenEncrypt(request, handle, r));
  }

  async decrypt(r: CipherInput & { key: KeyRef }): Promise<Buffer> {
    return this.#withKey(r.key, 'decrypt', (request, { handle }) => tokenDecrypt(request, handle, r));
  }

  async generateKey(r: NewKey): Promise<KeyInfo> {
    if (!this.#may(r.scope, 'manage')) throw denied(r.id, 'generate');
    usesOf(r.usage, 'active');
    const key = await this.#maker.make(r);
    if (isOver(key, this.#clock.now())) throw unknownKey(r.id);
    if (key.usage !== r.usage || key.type !== r.type || key.scope !== r.scope) throw denied(r.id, 'generate');
    return infoOf(key);
  }

  override async exportClearInitialKey(r: { bdk: KeyRef; scheme: Dukpt['scheme']; ikid: string }): Promise<Buffer> {
    if (this.options.mode !== 'sandbox') throw denied(r.bdk.id, 'export');
    if (r.scheme !== 'AES-DUKPT') return this.unsupported('exportClearInitialKey');
    if (!/^[0-9A-Fa-f]{16}$/.test(r.ikid)) throw new HsmError('format', 'the initial key id does not fit the scheme');
    return this.#withKey(r.bdk, 'export', (request, bdk) => readInitialKey(request, bdk, r.ikid));
  }

  async keyInfo(ref: KeyRef): Promise<KeyInfo> {
    return this.link.use(async (request) => infoOf(this.#fresh(request, ref).key));
  }

  override async setKeyState(ref: KeyRef, state: Exclude<KeyState, 'destroyed'>): Promise<KeyInfo> {
    return this.link.use(async (request) => {
      const found = this.#managed(request, ref, 'setKeyState');
      if (ORDER.indexOf(state) < ORDER.indexOf(found.key.state)) throw denied(ref.id, 'setKeyState');
      return infoOf(this.#keys.setState(request, found, state));
    });
  }

  async destroyKey(ref: KeyRef): Promise<void> {
    await this.link.use(async (request) => {
      this.#keys.destroy(request, this.#managed(request, ref, 'destroy'));
    });
  }

  async destroyExpired(now: Date): Promise<string[]> {
    return this.link.use(async (request) => {
      const over = this.#keys.all(request).filter(({ key }) => isOver(key, now) && this.#may(key.scope, 'manage'));
      for (const one of over) this.#keys.destroy(request, one);
      return over.map(({ key }) => key.id);
    });
  }

  async #withWorkingKey<T>(
    wanted: WantedKey<T>,
    work: (request: TokenRequest, key: Handle) => Promise<T>,
    mac?: MacAlg,
  ): Promise<T> {
    if (mac === 'HMAC-SHA256') throw new HsmError('unsupported', 'HMAC keys of 128 bits are refused by tokens');
    return this.#withKey(wanted.dukpt.bdk, 'derive', (request, bdk) =>
      withWorkingKey(request, bdk, wanted, (key) => work(request, key)),
    );
  }

  /** Transaction keys whose decryption never came are destroyed after their second. */
  #sweepSoon(): void {
    this.#sweep ??= setTimeout(() => {
      this.#sweep = undefined;
      this.link
        .use(async (request) => request.token.kept.destroyOld(request))
        .then((others) => (others ? this.#sweepSoon() : undefined))
        .catch(() => undefined); // the token is gone, and its session objects with it
    }, SWEEP_MS).unref();
  }

  async #withKey<T>(
    ref: KeyRef,
    right: KeyRight,
    work: (request: TokenRequest, found: FoundKey) => Promise<T>,
  ): Promise<T> {
    return this.link.use(async (request) => {
      let found = this.#visible(request, ref);
      if (!this.#may(found.key.scope, right)) throw denied(ref.id, right);
      // a state that refuses may be old: another process activates keys, and nobody shall be refused what is allowed by now
      if (!stateAllows(found.key.state, right)) found = this.#fresh(request, ref);
      if (!stateAllows(found.key.state, right)) throw denied(ref.id, right);
      return work(request, found);
    });
  }

  /** As the token has it now, whatever this process remembers: other processes move keys, too. */
  #fresh(request: TokenRequest, ref: KeyRef): FoundKey {
    this.#keys.forget(request, ref.id);
    return this.#visible(request, ref);
  }

  #visible(request: TokenRequest, ref: KeyRef): FoundKey {
    const found = this.#keys.find(request, ref.id);
    if (!isVisible(found.key.scope, this.options.partition)) throw unknownKey(ref.id);
    return found;
  }

  #managed(request: TokenRequest, ref: KeyRef, operation: string): FoundKey {
    const found = this.#fresh(request, ref);
    if (!this.#may(found.key.scope, 'manage')) throw denied(ref.id, operation);
    return found;
  }

  #may(scope: TokenKey['scope'], right: KeyRight): boolean {
    return hasRight(scope, this.options.partition, right);
  }
}

function infoOf({ id, ...facts }: TokenKey): KeyInfo {
  return { key: { provider: NAME, id }, ...facts };
}

function denied(key: string, operation: string): HsmError {
  return new HsmError('usage_denied', 'this key may not be used like that', { key, operation });
}
