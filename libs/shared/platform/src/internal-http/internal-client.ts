import { createHmac } from 'node:crypto';
import type { Caller } from '@tsunagu/contracts';
import type { ErrorCategory, Secret } from '@tsunagu/kernel';
import { invariant } from '@tsunagu/kernel';
import { Pool } from 'undici';
import { AnswerCollector, type Answer as RawAnswer } from './answer-collector.js';
import type { HouseCertificate } from './house-certificate.js';
import { HouseConnector, NOT_CONNECTED } from './house-connector.js';
import { RemoteError } from './remote-error.js';

const CATEGORIES: readonly ErrorCategory[] = [
  'invalid', 'unprocessable', 'unauthenticated', 'forbidden', 'not_found', 'conflict', 'gone', 'limited', 'not_sent', 'outcome_unknown', 'internal',
]; // prettier-ignore
/** Errors of undici and the socket that prove that no byte of the request left this host. */
const NOTHING_LEFT = new Set([
  NOT_CONNECTED,
  'ECONNREFUSED',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
]);

const CONNECT_TIMEOUT_MS = 2_000;

/** Key of a caller: each process proves who it is with its own, so that a leaked one opens only its own doors. */
export function callerKey(secret: Secret<string>, caller: string): string {
  return createHmac('sha256', Buffer.from(secret.reveal(), 'hex')).update(caller).digest('hex');
}

/** A process of the house, and how we prove to it who we are: by the secret of this start (sandbox), or by our certificate. */
export type HouseDoor = { readonly url: string; readonly caller: Caller } & (
  { readonly secret: Secret<string> } | { readonly certificate: HouseCertificate }
);

export type InternalTarget = HouseDoor & {
  /** Whose certificate must be at the other end. */
  readonly server: Caller;
  /** Time for a whole answer; longer than the longest wait of the other side. */
  readonly timeoutMs: number;
  readonly connections: number;
};

/** One keep-alive pool to one process of the house. */
export class InternalClient {
  #pool: Pool;
  readonly #headers: Record<string, string>;
  readonly #forget: () => void;

  constructor(private readonly target: InternalTarget) {
    this.#headers = { 'content-type': 'application/json', ...proofOf(target) };
    this.#pool = poolTo(target);
    this.#forget = 'certificate' in target ? target.certificate.onChange(() => this.#renew()) : () => undefined;
  }

  /**
   * Ask once; never repeats by itself.
   * @throws RemoteError the other side's own code, or `card_service_unavailable`: category `not_sent` when not one
   *   byte left this host, `outcome_unknown` otherwise
   */
  async post<Answer>(path: string, requestId: string, body: unknown): Promise<Answer> {
    let answer: RawAnswer;
    try {
      answer = await this.#exchange(path, requestId, JSON.stringify(body));
    } catch (error) {
      throw unreachable(error);
    }
    return readAnswer<Answer>(answer);
  }

  /** Below `request()`: its body stream, its abort signal and its async context cost more than the exchange itself. */
  #exchange(path: string, requestId: string, body: string): Promise<RawAnswer> {
    const headers = { ...this.#headers, 'request-id': requestId };
    return new Promise((resolve, reject) => {
      this.#pool.dispatch({ method: 'POST', path, headers, body }, new AnswerCollector(resolve, reject));
    });
  }

  /** Is it there, and is it who it should be? @throws RemoteError */
  async greet(): Promise<void> {
    const { status } = await new Promise<RawAnswer>((resolve, reject) => {
      this.#pool.dispatch({ method: 'GET', path: '/health/live' }, new AnswerCollector(resolve, reject));
    }).catch((error: unknown) => {
      throw unreachable(error);
    });
    if (status !== 200) throw new RemoteError({ code: 'card_service_unavailable', category: 'not_sent', status });
  }

  async close(): Promise<void> {
    this.#forget();
    await this.#pool.destroy();
  }

  /** Calls under way end on their old connections; the next one shows the new certificate. */
  #renew(): void {
    const old = this.#pool;
    this.#pool = poolTo(this.target);
    old.close().catch(() => undefined);
  }
}

function poolTo(target: InternalTarget): Pool {
  return new Pool(target.url, {
    connections: target.connections,
    connect: connectTo(target),
    keepAliveTimeout: 4_000,
    headersTimeout: target.timeoutMs,
    bodyTimeout: target.timeoutMs,
  });
}

function connectTo(target: InternalTarget): NonNullable<Pool.Options['connect']> {
  if (!('certificate' in target)) return { timeout: CONNECT_TIMEOUT_MS };
  invariant(target.url.startsWith('https:'), 'a certificate is shown over TLS only');
  return new HouseConnector(target.certificate, target.server, CONNECT_TIMEOUT_MS).connect;
}

/** With a certificate the connection says who we are; a header would say nothing. */
function proofOf(target: InternalTarget): Record<string, string> {
  if ('certificate' in target) return {};
  return { 'x-internal-caller': target.caller, 'x-internal-key': callerKey(target.secret, target.caller) };
}

function unreachable(error: unknown): RemoteError {
  if (error instanceof RemoteError) return error;
  const code = (error as { code?: unknown } | null)?.code;
  const category = typeof code === 'string' && NOTHING_LEFT.has(code) ? 'not_sent' : 'outcome_unknown';
  return new RemoteError({ code: 'card_service_unavailable', category, status: 503 });
}

function readAnswer<Answer>(answer: RawAnswer): Answer {
  let parsed: unknown;
  try {
    parsed = answer.text === '' ? null : JSON.parse(answer.text);
  } catch {
    throw new RemoteError({ code: 'card_service_unavailable', category: 'outcome_unknown', status: 503 });
  }
  if (answer.status >= 200 && answer.status < 300) return parsed as Answer;
  const { code, category } = (parsed ?? {}) as { code?: unknown; category?: unknown };
  const known = CATEGORIES.find((one) => one === category);
  throw new RemoteError({
    code: typeof code === 'string' ? code : 'card_service_unavailable',
    category: known ?? 'outcome_unknown',
    status: answer.status,
  });
}
