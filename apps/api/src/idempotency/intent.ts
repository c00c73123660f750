import { createHash } from 'node:crypto';
import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import type { Idempotency } from '@tsunagu/payments';
import { RequestError } from '../problem/request-error.js';
import { holdsCardNumber } from '../validation/pan-shape.js';

const KEY = /^[A-Za-z0-9_.:/-]{1,255}$/;

/** What a client means to do once, whatever the number of its tries. */
export class Intent {
  constructor(
    readonly key: string,
    private readonly route: string,
    private readonly pathIds: Readonly<Record<string, string>>,
  ) {}

  /** The key with the fingerprint of method, route, path ids and validated body: the order of keys does not matter. */
  of(body: object): Idempotency {
    const hash = createHash('sha256');
    hash.update(this.route).update('\n').update(canonical(this.pathIds)).update('\n').update(canonical(body));
    return { key: this.key, fingerprint: hash.digest('hex') };
  }
}

/** The intent of a request that moves money. @throws RequestError `idempotency_key_missing`, `idempotency_key_invalid` */
export const IntentOf = createParamDecorator((_: unknown, context: ExecutionContext): Intent => {
  const request = context.switchToHttp().getRequest<FastifyRequest>();
  const key = request.headers['idempotency-key'];
  if (key === undefined || key === '') throw new RequestError('idempotency_key_missing');
  if (typeof key !== 'string' || !KEY.test(key) || holdsCardNumber(key))
    throw new RequestError('idempotency_key_invalid');
  const route = `${request.method} ${request.routeOptions.url ?? ''}`;
  return new Intent(key, route, request.params as Record<string, string>);
});

/** JSON with sorted keys and without what is undefined. */
export function canonical(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonical).join(',')}]`;
  if (typeof value !== 'object' || value === null) return JSON.stringify(value) ?? 'null';
  const members = Object.entries(value)
    .filter(([, member]) => member !== undefined)
    .sort(([left], [right]) => (left < right ? -1 : 1))
    .map(([key, member]) => `${JSON.stringify(key)}:${canonical(member)}`);
  return `{${members.join(',')}}`;
}
