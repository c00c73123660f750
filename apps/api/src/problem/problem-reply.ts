import type { FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorFacts } from '@tsunagu/kernel';
import { languageOf, type Language } from '../http/language.js';
import { echoable, requestIdOf } from '../http/request-id.js';
import { FIELD_TEXTS, type FieldError } from './field-texts.js';
import { PROBLEMS, type ProblemCode } from './problem-catalogue.js';

/** What a refusal is made of. Facts reach the client only when {@link PUBLIC_FACTS} names them. */
export interface ProblemSource {
  readonly code: ProblemCode;
  readonly facts?: ErrorFacts;
  readonly fields?: readonly FieldError[];
  readonly headers?: Readonly<Record<string, string>>;
}

/** Facts that help a client and tell nothing about others: the state it asked about, the way to the existing resource. */
const PUBLIC_FACTS = [
  'current_status',
  'client_reference',
  'payment',
  'permission',
  'violated_policies',
  'domestic_code',
  'required_action',
  'card_rule',
  'chip_tag',
  'file_fault',
] as const;

/** Facts that are lists; errors carry them as words with spaces between. */
const PUBLIC_LISTS = ['legal_plans', 'allowed_actions'] as const;

const IANA = 'https://iana.org/assignments/http-problem-types#';
const IANA_TYPES: Readonly<Partial<Record<ProblemCode, string>>> = {
  quota_exceeded: `${IANA}quota-exceeded`,
  concurrency_exceeded: `${IANA}quota-exceeded`,
  abnormal_usage_detected: `${IANA}abnormal-usage-detected`,
  temporary_reduced_capacity: `${IANA}temporary-reduced-capacity`,
};

/** Seconds to wait where the source names none. */
const RETRY_AFTER: Readonly<Partial<Record<ProblemCode, string>>> = {
  idempotency_in_progress: '1',
  quota_exceeded: '1',
  concurrency_exceeded: '1',
  abnormal_usage_detected: '60',
  issuer_unavailable: '2',
  card_service_unavailable: '2',
  temporary_reduced_capacity: '2',
};

/** Answer a request with problem+json. @source RFC 9457; api-conventions.md §3 */
export function problemReply(request: FastifyRequest, reply: FastifyReply, source: ProblemSource): void {
  const language = languageOf(request.headers['accept-language']);
  const retryAfter = RETRY_AFTER[source.code];
  if (retryAfter !== undefined) void reply.header('Retry-After', retryAfter);
  if (PROBLEMS[source.code].status === 401) void reply.header('WWW-Authenticate', 'Bearer realm="tsunagu"');
  const link = linkOf(request, source.code);
  if (link !== undefined) void reply.header('Link', `<${link}>; rel="related"`);
  for (const [name, value] of Object.entries(source.headers ?? {})) void reply.header(name, value);
  void reply
    .code(PROBLEMS[source.code].status)
    .header('Content-Type', 'application/problem+json')
    .header('Content-Language', language)
    .send(JSON.stringify(problemBody(source, language, askedOf(request))));
}

/** The body of a problem. A 5xx carries constant texts only: neither cause nor outcome. */
export function problemBody(
  source: ProblemSource,
  language: Language,
  asked: { requestId: string; path: string; docs?: string },
): Record<string, unknown> {
  const problem = PROBLEMS[source.code];
  const head = {
    type: IANA_TYPES[source.code] ?? `${asked.docs ?? ''}/docs/errors/${source.code}`,
    title: problem.title[language],
    status: problem.status,
  };
  const tail = {
    code: source.code,
    request_id: asked.requestId,
    retryable: problem.retryable,
    next_action: problem.nextAction,
  };
  if (problem.status >= 500) return { ...head, ...tail };
  const errors = (source.fields ?? []).map(({ pointer, code }) => ({
    pointer: echoable(pointer),
    code,
    detail: FIELD_TEXTS[code][language],
  }));
  return {
    ...head,
    detail: problem.detail[language],
    instance: asked.path,
    ...tail,
    errors,
    ...publicFacts(source.facts),
  };
}

function publicFacts(facts: ErrorFacts = {}): Record<string, unknown> {
  const shown = PUBLIC_FACTS.flatMap((name) => {
    const value = facts[name];
    return value === undefined ? [] : [[name.replaceAll('_policies', '-policies'), value] as const];
  });
  const lists = PUBLIC_LISTS.flatMap((name) => {
    const words = facts[name];
    return typeof words === 'string' ? [[name, words.split(' ').filter((word) => word !== '')] as const] : [];
  });
  return Object.fromEntries<unknown>([...shown, ...lists]);
}

const LOOPBACK = /^(?:127\.0\.0\.1|localhost)(?::[0-9]{1,5})?$/;

/** On loopback the `type` is a whole URL; elsewhere it is relative, because a Host header is anybody's text. */
function askedOf(request: FastifyRequest): { requestId: string; path: string; docs: string } {
  const { host = '' } = request.headers;
  // The path without its query: a query may hold what must not be echoed.
  const path = echoable(request.url.split('?', 1)[0] ?? '/');
  return { requestId: requestIdOf(request), path, docs: LOOPBACK.test(host) ? `http://${host}` : '' };
}

const LINKED: readonly ProblemCode[] = [
  'idempotency_in_progress',
  'client_reference_exists',
  'client_reference_burned',
];

/** Where the thing that stands in the way can be read. */
function linkOf(request: FastifyRequest, code: ProblemCode): string | undefined {
  if (!LINKED.includes(code)) return undefined;
  const { client_reference: reference } = (request.body ?? {}) as { client_reference?: unknown };
  if (typeof reference === 'string') return `/v1/attempts/${encodeURIComponent(reference)}`;
  const { id } = request.params as { id?: string };
  return id === undefined ? undefined : `/v1/payments/${encodeURIComponent(id)}`;
}
