import createClient, { type Client } from 'openapi-fetch';
import type { paths } from '../wire/openapi.js';
import { backOff, retryAfterMs, type Patience } from './patience.js';
import { readProblem, type TsunaguProblem } from './problem.js';
import type { TillClock } from './till-clock.js';

/** Why a till stopped asking without an answer. */
export type Silence = 'no_answer' | 'aborted';

/** What came of one request and its repetitions. */
export type Sent<T> =
  | { readonly kind: 'answered'; readonly status: number; readonly data: T }
  | {
      readonly kind: 'refused';
      readonly problem: TsunaguProblem;
      /** Nothing of this request was done, whatever happened to earlier tries. */
      readonly isProvenUndone: boolean;
    }
  | { readonly kind: 'silent'; readonly why: Silence; readonly problem: TsunaguProblem | undefined };

/** Told before every repetition, so that a clerk sees that the till has not gone to sleep. */
export type OnRetry = (retry: {
  readonly round: number;
  readonly delayMs: number;
  readonly code: string | null;
}) => void;

export interface TransportOptions {
  readonly baseUrl: string;
  /** Bearer key of the terminal, or a function that brings one (an access token that is renewed). */
  readonly apiKey: string | (() => string | Promise<string>);
  readonly language: 'ja' | 'en';
  readonly patience: Patience;
  readonly clock: TillClock;
  readonly random: () => number;
  readonly fetch: (request: Request) => Promise<Response>;
  readonly onRetry: OnRetry;
}

/** How far one call goes. */
export interface Limits {
  /** On the monotonic clock. */
  readonly untilMs: number;
  readonly signal: AbortSignal;
  /** How long the API may hold this request open, seconds; left out: it answers at once. */
  readonly heldSeconds?: number;
  /** An earlier run of this till may have sent the same request. */
  readonly isRepeat?: boolean;
}

export type Reply = { readonly data?: unknown; readonly error?: unknown; readonly response: Response };
/** One try, as openapi-fetch makes it. */
export type Api = Client<paths>;
export type Try = (api: Api, signal: AbortSignal) => Promise<Reply>;

/** What one try brought; `lost` leaves open whether it arrived. */
type Tried = { readonly kind: 'answered'; readonly status: number; readonly data: unknown } | Unanswered;
type Unanswered =
  | { readonly kind: 'refused'; readonly problem: TsunaguProblem; readonly retryAfterMs: number }
  | { readonly kind: 'lost'; readonly retryAfterMs: number };

/** Repeats one and the same request until it is answered: who calls decides once what is sent, and every try sends that. */
export class Transport {
  readonly #api: Client<paths>;

  constructor(private readonly options: TransportOptions) {
    this.#api = createClient<paths>({
      baseUrl: options.baseUrl.replace(/\/$/, ''),
      fetch: (request) => this.#fetch(request),
      redirect: 'error', // a purchase goes to the API or nowhere: a hotel's login page is no answer
    });
  }

  async send<T>(attempt: Try, limits: Limits): Promise<Sent<T>> {
    let mayBeInside = limits.isRepeat ?? false;
    for (let round = 0; ; round += 1) {
      const tried = await this.#try(attempt, limits);
      if (tried.kind === 'answered') return tried as Sent<T>;
      const problem = tried.kind === 'refused' ? tried.problem : undefined;
      if (problem !== undefined && !mustAskAgain(problem)) {
        return { kind: 'refused', problem, isProvenUndone: problem.provesNothingDone || !mayBeInside };
      }
      mayBeInside ||= problem === undefined || problem.status !== 429;
      const why = await this.#pauseBefore(round, tried, limits);
      if (why !== undefined) return { kind: 'silent', why, problem };
    }
  }

  /** A request outside the repetitions, for answers that are read piece by piece. */
  async open(path: string, headers: Record<string, string>, signal: AbortSignal): Promise<Response> {
    const url = this.options.baseUrl.replace(/\/$/, '') + path;
    return this.#fetch(new Request(url, { headers, signal, redirect: 'error' }));
  }

  /** @returns why there is no next try; undefined when it is time for it */
  async #pauseBefore(round: number, tried: Unanswered, { signal, untilMs }: Limits): Promise<Silence | undefined> {
    const { clock, patience, random, onRetry } = this.options;
    if (signal.aborted) return 'aborted';
    const delayMs = Math.max(backOff(patience, round, random()), tried.retryAfterMs);
    if (clock.monotonicMs() + delayMs >= untilMs) return 'no_answer';
    onRetry({ round, delayMs, code: tried.kind === 'refused' ? tried.problem.code : null });
    try {
      await clock.sleep(delayMs, signal);
      return undefined;
    } catch (error) {
      if (!signal.aborted) throw error;
      return 'aborted';
    }
  }

  async #try(attempt: Try, { untilMs, signal, heldSeconds = 0 }: Limits): Promise<Tried> {
    const { clock, patience } = this.options;
    // A question that is not held is not waited for as if it were: a try that was swallowed by a dead line would be noticed too late.
    const longestMs = heldSeconds * 1_000 + patience.slackMs;
    const leftMs = Math.max(1_000, untilMs - clock.monotonicMs());
    // Not AbortSignal.any with AbortSignal.timeout: Node.js 20 forgets such a pair when it collects garbage, and the try never ends.
    const limit = new AbortController();
    const stop = () => limit.abort(signal.reason);
    const cancelTimer = clock.timer(Math.min(longestMs, leftMs), () => limit.abort(tooLong()));
    signal.addEventListener('abort', stop, { once: true });
    try {
      if (signal.aborted) stop();
      return judge(await attempt(this.#api, limit.signal));
    } catch (error) {
      if (limit.signal.aborted || isLostLine(error)) return { kind: 'lost', retryAfterMs: 0 };
      throw error;
    } finally {
      cancelTimer();
      signal.removeEventListener('abort', stop);
    }
  }

  async #fetch(request: Request): Promise<Response> {
    const { apiKey, language } = this.options;
    request.headers.set('authorization', `Bearer ${typeof apiKey === 'string' ? apiKey : await apiKey()}`);
    request.headers.set('accept-language', language);
    return this.options.fetch(request);
  }
}

/** Only an object that says what it is counts as an answer, and only our problem counts as a refusal: boxes in between speak, too. */
function judge({ data, error, response }: Reply): Tried {
  const { status, headers } = response;
  if (data !== undefined && typeof (data as { object?: unknown } | null)?.object === 'string')
    return { kind: 'answered', status, data };
  const problem = readProblem(status, error);
  if (problem === undefined) return { kind: 'lost', retryAfterMs: retryAfterMs(headers) };
  return { kind: 'refused', problem, retryAfterMs: retryAfterMs(headers) };
}

/** An answer that leaves the outcome open: the same request goes again. */
function mustAskAgain({ status, code }: TsunaguProblem): boolean {
  return status >= 500 || [408, 425, 429].includes(status) || code === 'idempotency_in_progress';
}

/** Errors of fetch for a line that broke, and for an answer that was cut off or was no JSON; all else is a bug. */
function isLostLine(error: unknown): boolean {
  return error instanceof TypeError || error instanceof SyntaxError;
}

const tooLong = () => new DOMException('this try took too long', 'TimeoutError');
