import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { Handle, PKCS11 } from 'pkcs11js';
import { HsmError } from '../provider/hsm-error.js';
import type { HsmReason } from '../provider/hsm-error.js';
import { CryptokiLibrary, type Constants } from './cryptoki-library.js';
import { loadDerivationString, type DerivationString } from './derivation-string.js';
import { KeptKeys } from './kept-keys.js';
import { SessionPool } from './session-pool.js';
import { RV, TokenError, rvOf } from './token-error.js';
import { checkTokenFolder, readPinFile } from './token-folder.js';
import { hasMarker, makeMarker } from './token-marker.js';

/** How a process reaches its token. */
export interface TokenSettings {
  /** Path of the PKCS#11 library. */
  readonly library: string;
  /** Label of the token; slot numbers change, labels do not. */
  readonly label: string;
  /** File with the PIN of the token's user, mode 0600. */
  readonly pinFile: string;
  /** Sessions, and so requests at once. */
  readonly sessions: number;
  /** Pause after a failed attempt to come back, 250 unless given; calls meanwhile are refused at once. */
  readonly retryMs?: number;
}

/** One login: what is known of the token until the link breaks. */
export interface OpenToken {
  readonly generation: number;
  readonly slot: Handle;
  readonly mechanisms: ReadonlySet<number>;
  readonly pool: SessionPool;
  /** Objects found under this login, for {@link TokenKeys}: handles mean nothing in another one. */
  readonly found: Map<string, unknown>;
  /** Keys of transactions between their MAC and their decryption. */
  readonly kept: KeptKeys;
}

/** A request inside the token: the library, a session of its own, and the login that it belongs to. */
export interface TokenRequest {
  readonly cryptoki: PKCS11;
  readonly constants: Constants;
  readonly session: Handle;
  readonly token: OpenToken;
  /** What a failure means that has no clear return value while the token is well; whoever knows better sets it. */
  doubt: HsmReason;
  /** What the library reads during the call under way: the binding keeps addresses of buffers and no references to them. */
  held: unknown;
  /** For keys above 128 bits, where it was built. */
  readonly derivationString: DerivationString | undefined;
}

/** State of a session that may write and whose user is logged in. @source PKCS#11 2.40, section 3.3 */
const RW_USER_FUNCTIONS = 3;

const RETRY_MS = 250;
/** How often a start looks for a token that is not there. */
const OPEN_ATTEMPTS = 4;

/** What a return value says when the token itself is well. @source PKCS#11 2.40, section 5.1 */
const MEANING: Readonly<Record<number, HsmReason>> = {
  0x20: 'format', // data invalid
  0x21: 'format', // data length
  0x40: 'format', // encrypted data invalid
  0x41: 'format', // encrypted data length
  0x54: 'unsupported', // function
  0x60: 'key_unknown', // key handle
  0x62: 'unsupported', // key size
  0x63: 'usage_denied', // key type
  0x68: 'usage_denied', // key function not permitted
  0x70: 'unsupported', // mechanism
  0x71: 'unsupported', // mechanism parameter
  0x82: 'key_unknown', // object handle
};

/**
 * The way to one token: login, session pool, and coming back after the token was away. No request is ever repeated here:
 * whoever was inside when the link broke is told `unavailable`, and the next one finds it restored, or is refused at once.
 */
export class TokenLink {
  #token: OpenToken | undefined;
  #opening: Promise<OpenToken> | undefined;
  /** Set when the last attempt failed. */
  #refusal: { readonly error: HsmError; readonly untilMs: number } | undefined;
  #needsRestart = false;
  /** Digest of a PIN that was refused: trying it again would lock the token. */
  #wrongPin: string | undefined;
  readonly #derivationString = loadDerivationString();

  private constructor(
    private readonly library: CryptokiLibrary,
    private readonly settings: TokenSettings,
  ) {}

  /** @throws TokenError what is wrong and which variable leads to it */
  static async open(settings: TokenSettings): Promise<TokenLink> {
    for (let attempt = 1; ; attempt += 1) {
      try {
        return await TokenLink.#open(settings);
      } catch (error) {
        // a library that starts while another process writes into the token may not see it whole
        const isPassing = error instanceof TokenError && (error.fault === 'gone' || error.fault === 'label_unknown');
        if (!isPassing || attempt === OPEN_ATTEMPTS) throw error;
        await pause(settings.retryMs ?? RETRY_MS);
      }
    }
  }

  static async #open(settings: TokenSettings): Promise<TokenLink> {
    await checkTokenFolder(settings.library);
    const link = new TokenLink(await CryptokiLibrary.open(settings.library), settings);
    try {
      link.#token = await link.#login();
      return link;
    } catch (error) {
      link.library.close();
      throw rvOf(error) === undefined ? error : new TokenError('gone');
    }
  }

  /**
   * Do one request in a session of its own.
   * @throws HsmError
   */
  async use<T>(work: (request: TokenRequest) => Promise<T>): Promise<T> {
    const token = await this.#ready();
    const session = await token.pool.take();
    return this.library.run(async (cryptoki) => {
      const request: TokenRequest = {
        cryptoki,
        constants: this.library.constants,
        session,
        token,
        doubt: 'unavailable',
        held: undefined,
        derivationString: this.#derivationString,
      };
      try {
        const result = await work(request);
        token.pool.give(session);
        return result;
      } catch (error) {
        throw this.#judge(error, request);
      }
    });
  }

  /** Whether the token answers and is logged in. @throws HsmError `unavailable` with the fault as `detail` */
  async probe(): Promise<void> {
    await this.use(async (request) => {
      if (!isWell(request)) throw new HsmError('key_unknown', 'the token lost its content'); // judged below: the link is down
    });
  }

  close(): void {
    const token = this.#token;
    this.#token = undefined;
    if (token !== undefined) this.#end(token);
    this.library.close();
  }

  async #ready(): Promise<OpenToken> {
    if (this.#token !== undefined) {
      if (this.#token.generation === this.library.generation) return this.#token;
      this.#break(this.#token); // another provider of this process restarted the library
    }
    if (this.#refusal !== undefined && performance.now() < this.#refusal.untilMs) throw this.#refusal.error;
    this.#opening ??= this.#comeBack().finally(() => (this.#opening = undefined));
    return this.#opening;
  }

  async #comeBack(): Promise<OpenToken> {
    const seen = this.library.generation;
    try {
      await checkTokenFolder(this.settings.library);
      if (this.#needsRestart) await this.library.restart(seen);
      this.#token = await this.#login();
      this.#needsRestart = false;
      this.#refusal = undefined;
      return this.#token;
    } catch (error) {
      this.#needsRestart = true;
      const refusal = unavailable(error instanceof TokenError ? error.fault : 'gone');
      this.#refusal = { error: refusal, untilMs: performance.now() + (this.settings.retryMs ?? RETRY_MS) };
      throw refusal;
    }
  }

  async #login(): Promise<OpenToken> {
    const pin = await readPinFile(this.settings.pinFile);
    const digest = createHash('sha256').update(pin).digest('hex');
    if (digest === this.#wrongPin) throw new TokenError('pin_wrong');
    return this.library.run(async (cryptoki) => {
      const { constants, generation } = this.library;
      const slot = findSlot(cryptoki, this.settings.label);
      const sessions = openSessions(cryptoki, constants, slot, this.settings.sessions);
      try {
        logIn(cryptoki, constants, sessions[0]!, pin);
      } catch (error) {
        if (error instanceof TokenError && error.fault === 'pin_wrong') this.#wrongPin = digest;
        for (const session of sessions) cryptoki.C_CloseSession(session);
        throw error;
      }
      makeMarker(cryptoki, constants, sessions[0]!);
      const mechanisms = new Set(cryptoki.C_GetMechanismList(slot));
      return { generation, slot, mechanisms, pool: new SessionPool(sessions), found: new Map(), kept: new KeptKeys() };
    });
  }

  /** What a failure means: the token's, or the request's own. The session is given back, renewed or given up. */
  #judge(error: unknown, request: TokenRequest): unknown {
    const { token } = request;
    const isOwn = error instanceof HsmError;
    if (isOwn && error.reason !== 'key_unknown') {
      token.pool.give(request.session);
      return error;
    }
    const rv = rvOf(error);
    const session = isOwn ? request.session : this.#renewed(request);
    if (session === undefined || token !== this.#token || !isWellQuietly({ ...request, session })) {
      this.#break(token);
      return unavailable('token_gone');
    }
    token.pool.give(session);
    if (isOwn || rv === undefined) return error; // an answer, or a fault of ours
    return new HsmError(MEANING[rv] ?? request.doubt, 'the HSM refused the operation', {
      detail: `rv_${rv.toString(16)}`,
    });
  }

  /** An operation that failed may still be open in its session; a new session has none. Closing destroys what was derived. */
  #renewed({ cryptoki, constants, session, token }: TokenRequest): Handle | undefined {
    try {
      const [fresh] = openSessions(cryptoki, constants, token.slot, 1); // before closing: the last session to close logs out
      token.kept.forget(session);
      cryptoki.C_CloseSession(session);
      return fresh;
    } catch (error) {
      if (rvOf(error) === undefined) throw error;
      return undefined;
    }
  }

  #break(token: OpenToken): void {
    if (this.#token === token) {
      this.#token = undefined;
      this.#needsRestart = token.generation === this.library.generation;
    }
    this.#end(token);
  }

  #end(token: OpenToken): void {
    const idle = token.pool.end(unavailable('token_gone'));
    if (token.generation !== this.library.generation) return;
    void this.library
      .run(async (cryptoki) => idle.forEach((session) => cryptoki.C_CloseSession(session)))
      .catch(() => undefined); // the token is gone or the library is restarting: both end the sessions
  }
}

function isWellQuietly(request: TokenRequest): boolean {
  try {
    return isWell(request);
  } catch (error) {
    if (rvOf(error) === undefined) throw error;
    return false;
  }
}

function isWell({ cryptoki, constants, session, token }: TokenRequest): boolean {
  cryptoki.C_GetTokenInfo(token.slot);
  const { state } = cryptoki.C_GetSessionInfo(session);
  return state === RW_USER_FUNCTIONS && hasMarker(cryptoki, constants, session);
}

function findSlot(cryptoki: PKCS11, label: string): Handle {
  const slots = cryptoki.C_GetSlotList(true).filter((slot) => labelOf(cryptoki, slot) === label);
  const [slot] = slots;
  if (slot === undefined) throw new TokenError('label_unknown');
  if (slots.length > 1) throw new TokenError('label_twice');
  return slot;
}

/** Labels fill 32 bytes with blanks; some libraries end them with zeros instead. */
function labelOf(cryptoki: PKCS11, slot: Handle): string {
  return cryptoki.C_GetTokenInfo(slot).label.replace(/[\0 ]+$/, '');
}

function openSessions(cryptoki: PKCS11, constants: Constants, slot: Handle, count: number): Handle[] {
  const flags = constants.CKF_RW_SESSION | constants.CKF_SERIAL_SESSION;
  return Array.from({ length: count }, () => cryptoki.C_OpenSession(slot, flags));
}

function logIn(cryptoki: PKCS11, constants: Constants, session: Handle, pin: string): void {
  try {
    cryptoki.C_Login(session, constants.CKU_USER, pin);
  } catch (error) {
    const rv = rvOf(error);
    if (rv === RV.userAlreadyLoggedIn) return; // a login counts for the whole process
    if (rv === RV.pinIncorrect) throw new TokenError('pin_wrong');
    if (rv === RV.pinLocked) throw new TokenError('pin_locked');
    throw error;
  }
}

function unavailable(detail: string): HsmError {
  return new HsmError('unavailable', 'the HSM token cannot be used now', { detail });
}
