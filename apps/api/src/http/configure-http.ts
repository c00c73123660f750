import type { IncomingMessage, RequestListener, Server, ServerResponse } from 'node:http';
import type { Socket } from 'node:net';
import type { NestFastifyApplication } from '@nestjs/platform-fastify';
import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import { newId, toWireId } from '@tsunagu/kernel';
import { AppConfig, AppLogger, Metrics } from '@tsunagu/platform';
import { SIGNATURE_BYTES_MAX } from '@tsunagu/receipts';
import type { AccessedRequest } from '../access/access.guard.js';
import { problemBody, problemReply } from '../problem/problem-reply.js';
import type { FieldError } from '../problem/field-texts.js';
import { fieldsError, RequestError } from '../problem/request-error.js';
import { nameHouse } from './conversation.js';
import { languageOf } from './language.js';
import { requestIdOf } from './request-id.js';
import { RouteIndex } from './route-index.js';
import { BODY_MAX_BYTES, checkMediaType, PICTURE_TYPE, readBody } from './strict-body.js';

/** The one API version so far. */
export const API_VERSION = '2026-11-01';
/** Names that reach the prototype of an object when a careless merge meets them. */
const FORBIDDEN_KEYS: readonly string[] = ['__proto__', 'constructor', 'prototype'];
const URL_MAX_LENGTH = 4_096;
const ACCEPTABLE = /(?:^|[,\s])(?:application\/(?:json|problem\+json|\*)|\*\/\*)/i;

/**
 * The HTTP face of the api: everything that happens to a request before a route sees it, and to every reply.
 * Call after the application is made and before it is initialised.
 */
export function configureHttp(app: NestFastifyApplication): void {
  const instance = app.getHttpAdapter().getInstance() as unknown as FastifyInstance;
  const routes = new RouteIndex(instance);
  nameHouse(instance, app.get(AppConfig).isProduction);
  instance.addHook('onSend', stampReply);
  instance.addHook('onResponse', reportAnswers(app.get(Metrics), app.get(AppLogger)));
  instance.addHook('onRequest', async (request, reply) => {
    try {
      checkEnvelope(request, routes);
    } catch (error) {
      if (!(error instanceof RequestError)) throw error;
      problemReply(request, reply, error);
      return reply;
    }
    return undefined;
  });
  instance.addHook('preValidation', async (request) => {
    checkQuery(request.query as Record<string, unknown>);
    request.body ??= {};
  });
  useStrictBodies(instance);
  answerBrokenRequests(app.getHttpServer() as Server);
  refuseBrokenUrls(app.getHttpServer() as Server);
}

/** Refusals that need neither body nor credential, cheapest first. */
function checkEnvelope(request: FastifyRequest, routes: RouteIndex): void {
  if (request.url.length > URL_MAX_LENGTH) throw new RequestError('url_too_long');
  if (request.is404) throw absentRoute(request, routes);
  const version = request.headers['tsunagu-version'];
  if (version !== undefined && version !== API_VERSION) throw new RequestError('version_unknown');
  if (!request.url.startsWith('/v1/')) return;
  const { accept } = request.headers;
  if (accept !== undefined && !isAcceptable(request, accept.slice(0, 1_000))) throw new RequestError('not_acceptable');
  if (hasBody(request)) checkMediaType(request.headers, request.routeOptions.url);
}

function isAcceptable(request: FastifyRequest, accept: string): boolean {
  if (ACCEPTABLE.test(accept)) return true;
  if (request.routeOptions.url?.endsWith('.pdf') === true && /(?:^|[,\s])application\/pdf/i.test(accept)) return true;
  return request.routeOptions.url?.endsWith('/stream') === true && /(?:^|[,\s])text\/(?:event-stream|\*)/i.test(accept);
}

function absentRoute(request: FastifyRequest, routes: RouteIndex): RequestError {
  const methods = routes.methodsOf(request.url.split('?', 1)[0] ?? '/');
  return methods.length === 0
    ? new RequestError('resource_missing')
    : new RequestError('method_not_allowed', { headers: { Allow: methods.join(', ') } });
}

function hasBody({ headers, method }: FastifyRequest): boolean {
  if (method === 'GET' || method === 'HEAD') return false;
  if (headers['content-encoding'] !== undefined || headers['transfer-encoding'] !== undefined) return true;
  return headers['content-length'] !== undefined && headers['content-length'] !== '0';
}

/** Before any mapping: a repeated parameter has two meanings, and a prototype key has a bad one. */
function checkQuery(query: Record<string, unknown>): void {
  const wrong = Object.entries(query).flatMap(([name, value]): FieldError[] => {
    if (FORBIDDEN_KEYS.includes(name)) return [{ pointer: `/${name}`, code: 'unknown' }];
    return typeof value === 'string' ? [] : [{ pointer: `/${name}`, code: 'repeated' }];
  });
  if (wrong.length > 0) throw fieldsError(wrong);
}

/** One measure per reply; a line for every refusal. Names the route's template, never the path: ids are no labels. */
function reportAnswers(metrics: Metrics, log: AppLogger) {
  const duration = metrics.histogram('tsunagu_http_request_seconds', 'Time to answer a request', ['route', 'status']);
  return async (request: FastifyRequest, reply: FastifyReply): Promise<void> => {
    const route = `${request.method} ${request.is404 ? 'unknown' : (request.routeOptions.url ?? 'unknown')}`;
    duration.observe({ route, status: reply.statusCode }, reply.elapsedTime / 1_000);
    if (reply.statusCode < 400) return;
    const facts = { requestId: requestIdOf(request), route, status: reply.statusCode, durationMs: reply.elapsedTime };
    log.log('request refused', facts);
  };
}

/** Headers of every reply, problems included. */
async function stampReply(request: FastifyRequest, reply: FastifyReply, payload: unknown): Promise<unknown> {
  void reply.header('Request-Id', requestIdOf(request)).header('Tsunagu-Version', versionOf(request));
  if (!reply.hasHeader('Cache-Control')) void reply.header('Cache-Control', 'no-store');
  void reply.header('X-Content-Type-Options', 'nosniff');
  const { traceparent } = request.headers;
  if (typeof traceparent === 'string' && /^[0-9a-f]{2}-[0-9a-f]{32}-[0-9a-f]{16}-[0-9a-f]{2}$/.test(traceparent)) {
    void reply.header('traceparent', traceparent);
  }
  return isForeignProblem(request, reply) ? fullProblem(request, reply) : payload;
}

/** The version that the request names, else the one that its key is pinned to. */
function versionOf(request: AccessedRequest): string {
  const asked = request.headers['tsunagu-version'];
  return asked === API_VERSION ? asked : (request.credential?.apiVersion ?? API_VERSION);
}

/** A longer URL is refused by the platform's own hook, before ours, with a short body. */
function isForeignProblem(request: FastifyRequest, reply: FastifyReply): boolean {
  return reply.statusCode === 414 && request.url.length > URL_MAX_LENGTH;
}

function fullProblem(request: FastifyRequest, reply: FastifyReply): string {
  const language = languageOf(request.headers['accept-language']);
  void reply.removeHeader('content-length').header('Content-Language', language);
  return JSON.stringify(
    problemBody({ code: 'url_too_long' }, language, { requestId: requestIdOf(request), path: '/' }),
  );
}

/** One parser for all bodies of JSON: the framework's own know neither duplicate keys nor depth. */
function useStrictBodies(instance: FastifyInstance): void {
  instance.removeAllContentTypeParsers();
  instance.addContentTypeParser('*', { parseAs: 'buffer', bodyLimit: BODY_MAX_BYTES }, (_request, raw, done) => {
    try {
      done(null, readBody(raw as Buffer));
    } catch (error) {
      done(error as Error);
    }
  });
  // Only the route that takes a picture lets this type come so far; whether it is one is looked at there.
  instance.addContentTypeParser(
    PICTURE_TYPE,
    { parseAs: 'buffer', bodyLimit: SIGNATURE_BYTES_MAX },
    (_request, raw, done) => done(null, raw),
  );
}

/** What Node's own HTTP parser refuses never becomes a request; it still gets a problem body. */
function answerBrokenRequests(server: Server): void {
  server.removeAllListeners('clientError');
  server.on('clientError', (error: NodeJS.ErrnoException, socket: Socket) => {
    if (error.code === 'ECONNRESET' || !socket.writable) return void socket.destroy();
    const { head, text } = rawProblem(error.code === 'HPE_HEADER_OVERFLOW' ? 'headers_too_large' : 'parameter_invalid');
    const lines = Object.entries({ ...head, Connection: 'close' }).map(([name, value]) => `${name}: ${value}`);
    const status = error.code === 'HPE_HEADER_OVERFLOW' ? '431 Request Header Fields Too Large' : '400 Bad Request';
    socket.end([`HTTP/1.1 ${status}`, ...lines, '', text].join('\r\n'));
  });
}

/** The router answers a URL that cannot be decoded by echoing it; an echo may be a card number. */
function refuseBrokenUrls(server: Server): void {
  const listeners = server.listeners('request') as RequestListener[];
  server.removeAllListeners('request');
  server.on('request', (request: IncomingMessage, response: ServerResponse & { req: IncomingMessage }) => {
    if (isDecodable(request.url ?? '/')) return listeners.forEach((listener) => listener(request, response));
    const { head, text } = rawProblem('parameter_invalid');
    response.writeHead(400, head).end(text);
  });
}

function isDecodable(url: string): boolean {
  try {
    decodeURIComponent(url.split('?', 1)[0] ?? '/');
    return true;
  } catch {
    return false;
  }
}

function rawProblem(code: 'headers_too_large' | 'parameter_invalid'): { head: Record<string, string>; text: string } {
  const requestId = toWireId('req', newId(new Date()));
  const text = JSON.stringify(problemBody({ code }, 'ja', { requestId, path: '/' }));
  const head = {
    'Content-Type': 'application/problem+json',
    'Content-Language': 'ja',
    'Cache-Control': 'no-store',
    'Request-Id': requestId,
    'Tsunagu-Version': API_VERSION,
    'Content-Length': String(Buffer.byteLength(text)),
  };
  return { head, text };
}
