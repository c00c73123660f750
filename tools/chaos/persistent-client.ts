import { setTimeout as sleep } from 'node:timers/promises';
import { withTimeLimit } from '../proof/time-limit.js';

export interface Answer {
  readonly status: number;
  readonly body: Record<string, unknown>;
}

export interface ClientCounts {
  requests: number;
  retries: number;
}

const CALL_TIMEOUT_MS = 40_000;
const BACK_OFF_MS = [50, 150, 300, 600, 1000];

/**
 * Talks to the public API like a till that never gives up: after a lost connection, a 5xx, a 429 or "in progress" the same
 * request goes again with the same idempotency key, until it is answered.
 */
export class PersistentClient {
  readonly counts: ClientCounts = { requests: 0, retries: 0 };

  constructor(
    private readonly base: string,
    private readonly apiKey: string,
    private readonly deadline: AbortSignal,
  ) {}

  async get(path: string): Promise<Answer> {
    return this.#until('GET', path, {}, undefined);
  }

  /** @param key idempotency key, saved by the caller before this call */
  async post(
    path: string,
    key: string,
    body: Record<string, unknown> | undefined,
    waitSeconds?: number,
  ): Promise<Answer> {
    const headers: Record<string, string> = { 'idempotency-key': key };
    if (waitSeconds !== undefined) headers['prefer'] = `wait=${waitSeconds}`;
    return this.#until('POST', path, headers, body);
  }

  async #until(method: string, path: string, headers: Record<string, string>, body: unknown): Promise<Answer> {
    for (let round = 0; ; round += 1) {
      this.counts.requests += 1;
      const answer = await this.#once(method, path, headers, body);
      if (answer !== undefined && !mustAskAgain(answer)) return answer;
      this.deadline.throwIfAborted();
      this.counts.retries += 1;
      await sleep(BACK_OFF_MS[Math.min(round, BACK_OFF_MS.length - 1)]);
    }
  }

  async #once(method: string, path: string, extra: Record<string, string>, body: unknown): Promise<Answer | undefined> {
    const headers: Record<string, string> = { authorization: `Bearer ${this.apiKey}`, ...extra };
    if (body !== undefined) headers['content-type'] = 'application/json; charset=utf-8';
    const text = body === undefined ? undefined : JSON.stringify(body);
    try {
      return await withTimeLimit({ ms: CALL_TIMEOUT_MS, signal: this.deadline }, async (signal) => {
        const response = await fetch(this.base + path, { method, headers, body: text, signal });
        return { status: response.status, body: (await response.json()) as Record<string, unknown> };
      });
    } catch (error) {
      if (error instanceof TypeError || error instanceof SyntaxError || error instanceof DOMException) return undefined;
      throw error; // anything else is a bug of ours, not a lost connection
    }
  }
}

/** An answer that says nothing about the outcome. */
export function mustAskAgain(answer: Answer): boolean {
  if (answer.status >= 500 || answer.status === 429) return true;
  return answer.status === 409 && answer.body['code'] === 'idempotency_in_progress';
}
