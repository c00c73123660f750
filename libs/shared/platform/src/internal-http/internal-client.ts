import { createHmac } from 'node:crypto';
import type { Caller } from '@tsunagu/contracts';
import type { ErrorCategory, Secret } from '@tsunagu/kernel';
import { Pool } from 'undici';
import { AnswerCollector, type Answer as RawAnswer } from './answer-collector.js';
import { RemoteError } from './remote-error.js';

const CATEGORIES: readonly ErrorCategory[] = [
  'invalid', 'unprocessable', 'unauthenticated', 'forbidden', 'not_found', 'conflict', 'gone', 'limited', 'not_sent', 'outcome_unknown', 'internal',
]; // prettier-ignore
/** Errors of undici and the socket that prove that no byte of the request left this host. */
const NOTHING_LEFT = new Set([
  'ECONNREFUSED',
  'ENOTFOUND',
  'EHOSTUNREACH',
  'UND_ERR_CONNECT_TIMEOUT',
  'UND_ERR_CLOSED',
  'UND_ERR_DESTROYED',
]);

/** Key of a caller: each process proves who it is with its own, so that a leaked one opens only its own doors. */
export function callerKey(secret: Secret<string>, caller: string): string {
  return createHmac('sha256', Buffer.from(secret.reveal(), 'hex')).update(caller).digest('hex');
}

export interface InternalTarget {
  readonly url: string;
  readonly caller: Caller;
  readonly secret: Secret<string>;
  /** Time for a whole answer; longer than the longest wait of the other side. */
  readonly timeoutMs: number;
  readonly connections: number;
}

/** One keep-alive pool to one process of the house. */
export class InternalClient {
  readonly #pool: Pool;
  readonly #headers: Record<string, string>;

  constructor(private readonly target: InternalTarget) {
    this.#pool = new Pool(target.url, {
      connections: target.connections,
      connect: { timeout: 2_000 },
      keepAliveTimeout: 4_000,
      headersTimeout: target.timeoutMs,
      bodyTimeout: target.timeoutMs,
    });
    this.#headers = {
      'content-type': 'application/json',
      'x-internal-caller': target.caller,
      'x-internal-key': callerKey(target.secret, target.caller),
    };
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

  async close(): Promise<void> {
    await this.#pool.destroy();
  }
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
