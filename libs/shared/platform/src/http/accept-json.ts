import { AppError } from '@tsunagu/kernel';
import type { FastifyInstance } from 'fastify';
import { parseStrictJson } from '../json/strict-json.js';

/** The request's media type or encoding is not one we read. */
export class UnsupportedMediaError extends AppError {
  readonly code = 'unsupported_media_type';
  readonly category = 'invalid';
  readonly status = 415;

  constructor() {
    super('requests are application/json in UTF-8, without content encoding');
  }
}

/** The body is not JSON. */
class MalformedBodyError extends AppError {
  readonly code = 'invalid_json';
  readonly category = 'invalid';

  constructor() {
    super('the body is not JSON');
  }
}

const JSON_UTF8 = /^application\/json(?:\s*;\s*charset="?utf-8"?)?\s*$/i;

/** Read bodies as JSON in UTF-8 and nothing else. Strict: the rules of the public API (`parseStrictJson`). */
export function acceptJson(fastify: FastifyInstance, options: { isStrict: boolean }): void {
  fastify.removeAllContentTypeParsers();
  fastify.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body, done) => {
    const { 'content-type': type = '', 'content-encoding': encoding } = request.headers;
    if (!JSON_UTF8.test(type) || encoding !== undefined) return done(new UnsupportedMediaError());
    try {
      done(null, options.isStrict ? parseStrictJson(body as Buffer) : JSON.parse(body.toString('utf8')));
    } catch (error) {
      done(error instanceof AppError ? error : new MalformedBodyError()); // the plain parser's message quotes the body
    }
  });
  fastify.addContentTypeParser('*', (_request, _payload, done) => done(new UnsupportedMediaError()));
}
