import { isIP, type LookupFunction } from 'node:net';
import { Agent, request } from 'undici';
import { UrlGuard, UrlNotAllowedError, hostOf } from '../endpoints/url-guard.js';
import { replyText } from './reply-text.js';
import type { SignedHeaders } from './signature.js';

const CONNECT_TIMEOUT_MS = 5_000;
const TOTAL_TIMEOUT_MS = 15_000;
const REPLY_BYTES_MAX = 4_096;

/** What came of one attempt. `error` is a word of ours, never text of the other side. */
export interface SendResult {
  readonly status: number | null;
  readonly error: 'blocked_address' | 'timeout' | 'connection_failed' | null;
  readonly retryAfter: string | undefined;
  /** Start of the answer as text; null when there was none. */
  readonly reply: string | null;
}

/** Sends one webhook: checked address, no redirects, no proxies, five seconds to connect, fifteen in all, 4 KB of reply. */
export class WebhookSender {
  readonly #agent: Agent;

  constructor(
    private readonly guard: UrlGuard,
    private readonly totalTimeoutMs = TOTAL_TIMEOUT_MS,
  ) {
    // The name is resolved and checked as part of the connect, so that nothing can change in between; TLS still sees the name.
    this.#agent = new Agent({ connect: { timeout: CONNECT_TIMEOUT_MS, lookup: this.#checkedLookup() }, pipelining: 0 });
  }

  async send(url: string, headers: SignedHeaders, body: string): Promise<SendResult> {
    try {
      const target = await this.guard.check(url);
      if (isIP(hostOf(target)) !== 0) await this.guard.addressesOf(hostOf(target));
      const answer = await request(target, {
        dispatcher: this.#agent,
        method: 'POST',
        headers: { ...headers, 'content-type': 'application/json; charset=utf-8', 'user-agent': 'Tsunagu-Webhooks/1' },
        body,
        reset: true, // a fresh connection, and so a fresh check, for every attempt
        signal: AbortSignal.timeout(this.totalTimeoutMs),
      });
      const reply = await startOf(answer.body);
      const retryAfter = answer.headers['retry-after'];
      return {
        status: answer.statusCode,
        error: null,
        retryAfter: typeof retryAfter === 'string' ? retryAfter : undefined,
        reply,
      };
    } catch (error) {
      return { status: null, error: wordFor(error), retryAfter: undefined, reply: null };
    }
  }

  async close(): Promise<void> {
    await this.#agent.destroy();
  }

  #checkedLookup(): LookupFunction {
    return (host, options, callback) => {
      this.guard.addressesOf(host).then(
        (addresses) => {
          const found = addresses.map((address) => ({ address, family: isIP(address) }));
          if (options.all === true) callback(null, found);
          else callback(null, found[0]?.address ?? '', found[0]?.family);
        },
        (error: NodeJS.ErrnoException) => callback(error, ''),
      );
    };
  }
}

/** Read a little, so that a short answer ends in peace; a flood is cut. */
async function startOf(body: AsyncIterable<Buffer> & { destroy(): unknown }): Promise<string> {
  const chunks: Buffer[] = [];
  let lengthBytes = 0;
  for await (const chunk of body) {
    chunks.push(chunk);
    lengthBytes += chunk.length;
    if (lengthBytes > REPLY_BYTES_MAX) break; // leaving the loop destroys the stream
  }
  return replyText(Buffer.concat(chunks).subarray(0, REPLY_BYTES_MAX));
}

function wordFor(error: unknown): NonNullable<SendResult['error']> {
  if (error instanceof UrlNotAllowedError) return 'blocked_address';
  const { name, code } = (error ?? {}) as { name?: unknown; code?: unknown };
  const isTimeout = name === 'TimeoutError' || name === 'AbortError' || String(code).includes('TIMEOUT');
  return isTimeout ? 'timeout' : 'connection_failed';
}
