import { Injectable } from '@nestjs/common';
import { AppConfig, ConfigError } from '@tsunagu/platform';
import { fieldsError, RequestError } from '../problem/request-error.js';
import type { FieldError } from '../problem/field-texts.js';

const PATIENCE_MS = 5_000;
const ANSWER_CHARS_MAX = 131_072;
const LOOPBACK = ['127.0.0.1', 'localhost', '[::1]'];

/** Our names of the door's fields, where they differ. */
const POINTERS: Readonly<Record<string, string | undefined>> = {
  amount: '/money/amount',
  currency: '/money/currency',
  entry: '/entry_mode',
};

/**
 * The simulator's own door: readers, cards, issuers. It stands on this machine alone, and in production mode there is none: what is asked
 * are names of cards and rules of faults, what comes back is ciphertext. No card number passes here.
 */
@Injectable()
export class SimulatorDoor {
  readonly #url: string | undefined;

  constructor(config: AppConfig) {
    this.#url = config.isProduction ? undefined : doorOf(config.optional('SIMULATOR_URL'));
  }

  /** @throws RequestError `simulator_unavailable` · `resource_missing` · `parameter_invalid` the simulator says which field is wrong */
  async ask<T>(method: 'GET' | 'POST' | 'DELETE', path: string, body?: object): Promise<T> {
    const { status, answer } = await this.#send(method, path, body);
    if (status === 200) return answer as T;
    if (status === 404) throw new RequestError('resource_missing');
    if (status === 400) throw fieldsError([wrongField(answer)]);
    throw new RequestError('simulator_unavailable');
  }

  async #send(method: string, path: string, body: object | undefined): Promise<{ status: number; answer: unknown }> {
    if (this.#url === undefined) throw new RequestError('simulator_unavailable');
    try {
      const reply = await fetch(`${this.#url}${path}`, {
        method,
        ...(body === undefined ? {} : { headers: { 'content-type': 'application/json' }, body: JSON.stringify(body) }),
        redirect: 'error',
        signal: AbortSignal.timeout(PATIENCE_MS),
      });
      const text = await reply.text();
      return { status: text.length > ANSWER_CHARS_MAX ? 502 : reply.status, answer: JSON.parse(text) };
    } catch {
      throw new RequestError('simulator_unavailable'); // down, late, or no JSON: the same to whoever tests, and nothing was moved
    }
  }
}

/** @throws ConfigError it would leave this machine */
function doorOf(url: string | null): string | undefined {
  if (url === null) return undefined;
  const isHere = URL.canParse(url) && new URL(url).protocol === 'http:' && LOOPBACK.includes(new URL(url).hostname);
  if (!isHere) throw new ConfigError('SIMULATOR_URL', 'must be a URL of http: on this machine');
  return url.replace(/\/$/, '');
}

function wrongField(answer: unknown): FieldError {
  const { field } = (typeof answer === 'object' && answer !== null ? answer : {}) as { field?: unknown };
  const name = typeof field === 'string' ? field : '';
  return { pointer: POINTERS[name] ?? `/${name}`, code: 'not_in_list' };
}
