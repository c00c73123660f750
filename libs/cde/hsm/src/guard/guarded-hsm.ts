import { HsmError } from '../provider/hsm-error.js';
import { Deadlines } from './deadlines.js';
import {
  HsmProvider,
  type ArqcCheck,
  type CardValueCheck,
  type KeyBlockImport,
  type KeyComponents,
  type KeyInfo,
} from '../provider/hsm-provider.js';

/** Limits around a provider; see {@link HSM_LIMITS}. */
export interface HsmLimits {
  /** One call may take this long. */
  readonly timeoutMs: number;
  /** Calls at work at once; more wait in line. */
  readonly concurrency: number;
  /** Calls waiting in line; more are refused at once. */
  readonly waitingMax: number;
  /** How long a call may stand in line: together with `timeoutMs` the longest that a caller waits. */
  readonly waitMs: number;
  /** Failures in a row after which calls are refused without trying. */
  readonly failuresMax: number;
  /** How long they are refused before one is tried again. */
  readonly coolDownMs: number;
}

/** Limits of production: waiting and working together end within the two seconds that a till is promised. */
export const HSM_LIMITS: HsmLimits = {
  timeoutMs: 1000,
  concurrency: 64,
  waitingMax: 512,
  waitMs: 800,
  failuresMax: 5,
  coolDownMs: 2000,
};

interface Waiting {
  enter(): void;
  refuse(error: HsmError): void;
}

type Call<K extends keyof HsmProvider> = HsmProvider[K] extends (...args: infer A) => infer R
  ? (...args: A) => R
  : never;

/**
 * A provider behind a timeout, a concurrency limit and a circuit breaker. Nothing is tried twice: a repeat could use a
 * counter twice. Refusals are `HsmError` `unavailable` or `timeout`, both `card_service_unavailable` to callers.
 */
export class GuardedHsm extends HsmProvider {
  readonly name: string;
  readonly #limits: HsmLimits;
  readonly #deadlines: Deadlines;
  readonly #waiting = new Set<Waiting>();
  #running = 0;
  #failures = 0;
  #closedUntilMs = 0;

  constructor(
    private readonly inner: HsmProvider,
    limits: Partial<HsmLimits> = {},
    /** Told about every call that got no answer, and every call refused unasked. */
    private readonly onFailure: (reason: string) => void = () => undefined,
    private readonly monotonicMs: () => number = () => performance.now(),
  ) {
    super();
    this.name = inner.name;
    this.#limits = { ...HSM_LIMITS, ...limits };
    this.#deadlines = new Deadlines(
      this.#limits.timeoutMs,
      () => new HsmError('timeout', 'the HSM did not answer in time'),
    );
  }

  capabilities: Call<'capabilities'> = () => this.#guard(() => this.inner.capabilities());
  random: Call<'random'> = (bytes) => this.#guard(() => this.inner.random(bytes));
  dukptVerifyMac: Call<'dukptVerifyMac'> = (dukpt, r) => this.#guard(() => this.inner.dukptVerifyMac(dukpt, r));
  dukptDecrypt: Call<'dukptDecrypt'> = (dukpt, r) => this.#guard(() => this.inner.dukptDecrypt(dukpt, r));
  dukptEncrypt: Call<'dukptEncrypt'> = (dukpt, r) => this.#guard(() => this.inner.dukptEncrypt(dukpt, r));
  dukptGenerateMac: Call<'dukptGenerateMac'> = (dukpt, r) => this.#guard(() => this.inner.dukptGenerateMac(dukpt, r));
  translatePin: Call<'translatePin'> = (r) => this.#guard(() => this.inner.translatePin(r));
  generateMac: Call<'generateMac'> = (r) => this.#guard(() => this.inner.generateMac(r));
  encrypt: Call<'encrypt'> = (r) => this.#guard(() => this.inner.encrypt(r));
  decrypt: Call<'decrypt'> = (r) => this.#guard(() => this.inner.decrypt(r));
  generateKey: Call<'generateKey'> = (r) => this.#guard(() => this.inner.generateKey(r));
  keyInfo: Call<'keyInfo'> = (key) => this.#guard(() => this.inner.keyInfo(key));
  destroyKey: Call<'destroyKey'> = (key) => this.#guard(() => this.inner.destroyKey(key));
  destroyExpired: Call<'destroyExpired'> = (now) => this.#guard(() => this.inner.destroyExpired(now));

  /** Not behind the breaker: it is how anybody learns that the provider is back. Silence is an answer, too, and comes in time. */
  async health(): ReturnType<HsmProvider['health']> {
    const startedMs = this.monotonicMs();
    try {
      return await this.#deadlines.within(() => this.inner.health());
    } catch (error) {
      const detail = error instanceof HsmError ? error.reason : 'unavailable';
      return { ok: false, latencyMs: this.monotonicMs() - startedMs, detail };
    }
  }

  override close(): void {
    this.#deadlines.letGo();
    this.inner.close();
  }

  override verifyArqc(r: ArqcCheck): ReturnType<HsmProvider['verifyArqc']> {
    return this.#guard(() => this.inner.verifyArqc(r));
  }

  override verifyCardValue(r: CardValueCheck): Promise<boolean> {
    return this.#guard(() => this.inner.verifyCardValue(r));
  }

  override verifyMac(r: Parameters<HsmProvider['verifyMac']>[0]): Promise<boolean> {
    return this.#guard(() => this.inner.verifyMac(r));
  }

  override reEncrypt(r: Parameters<HsmProvider['reEncrypt']>[0]): Promise<Buffer> {
    return this.#guard(() => this.inner.reEncrypt(r));
  }

  override importKeyBlock(r: KeyBlockImport): Promise<KeyInfo> {
    return this.#guard(() => this.inner.importKeyBlock(r));
  }

  override importComponents(r: KeyComponents): Promise<KeyInfo> {
    return this.#guard(() => this.inner.importComponents(r));
  }

  override exportKeyBlock(r: Parameters<HsmProvider['exportKeyBlock']>[0]): Promise<string> {
    return this.#guard(() => this.inner.exportKeyBlock(r));
  }

  override exportInitialKey(r: Parameters<HsmProvider['exportInitialKey']>[0]): Promise<string> {
    return this.#guard(() => this.inner.exportInitialKey(r));
  }

  override exportClearInitialKey(r: Parameters<HsmProvider['exportClearInitialKey']>[0]): Promise<Buffer> {
    return this.#guard(() => this.inner.exportClearInitialKey(r));
  }

  override setKeyState(...args: Parameters<HsmProvider['setKeyState']>): Promise<KeyInfo> {
    return this.#guard(() => this.inner.setKeyState(...args));
  }

  #guard<T>(call: () => Promise<T>): Promise<T> {
    if (this.monotonicMs() < this.#closedUntilMs) return Promise.reject(this.#refused('breaker'));
    if (this.#running >= this.#limits.concurrency) return this.#enter().then(() => this.#work(call));
    this.#running += 1;
    return this.#work(call);
  }

  async #work<T>(call: () => Promise<T>): Promise<T> {
    try {
      const result = await this.#deadlines.within(call);
      this.#failures = 0;
      return result;
    } catch (error) {
      const known = error instanceof HsmError ? error : unavailable('fault'); // the original may name paths or hold data: it stays here
      this.#count(known);
      throw known;
    } finally {
      this.#leave();
    }
  }

  /** An answer of the provider, even a refusal, shows that it is there; only silence and faults count. */
  #count({ reason }: HsmError): void {
    const isAnswer = reason !== 'timeout' && reason !== 'unavailable';
    this.#failures = isAnswer ? 0 : this.#failures + 1;
    if (!isAnswer) this.onFailure(reason);
    if (this.#failures >= this.#limits.failuresMax) this.#open();
  }

  /** Those in line are told at once: waiting for a provider that is down would only make them late. */
  #open(): void {
    this.#closedUntilMs = this.monotonicMs() + this.#limits.coolDownMs;
    for (const waiting of this.#waiting) waiting.refuse(this.#refused('breaker'));
    this.#waiting.clear();
  }

  #refused(detail: string): HsmError {
    this.onFailure(detail);
    return unavailable(detail);
  }

  async #enter(): Promise<void> {
    if (this.#waiting.size >= this.#limits.waitingMax) throw this.#refused('queue_full');
    await this.#turn();
  }

  #turn(): Promise<void> {
    return new Promise<void>((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#waiting.delete(waiting);
        reject(this.#refused('queue_late'));
      }, this.#limits.waitMs);
      const waiting: Waiting = {
        enter: () => (clearTimeout(timer), resolve()),
        refuse: (error) => (clearTimeout(timer), reject(error)),
      };
      this.#waiting.add(waiting);
    });
  }

  /** The place goes straight to the next in line, so the count never dips under the limit in between. */
  #leave(): void {
    const [next] = this.#waiting;
    if (next === undefined) {
      this.#running -= 1;
      return;
    }
    this.#waiting.delete(next);
    next.enter();
  }
}

function unavailable(detail: string): HsmError {
  return new HsmError('unavailable', 'the HSM cannot be used now', { detail });
}
