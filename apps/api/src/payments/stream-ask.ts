import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { invariant, type TillLanguage } from '@tsunagu/kernel';
import type { TenantContext } from '@tsunagu/contracts';
import type { AccessedRequest } from '../access/access.guard.js';
import { Conversation } from '../http/conversation.js';

import { RequestError } from '../problem/request-error.js';

const SEQUENCE = /^(?:0|[1-9][0-9]{0,8})$/;

/** What a stream has to know of the client that opened it. */
export interface StreamAsk {
  readonly ctx: TenantContext;
  readonly language: TillLanguage;
  /** Whether this house moves real money. */
  readonly isLive: boolean;
  /** The client has seen everything up to here; 0 when it has seen nothing. */
  readonly afterSequence: number;
  /** Ends when the client is gone. */
  readonly gone: AbortSignal;
  /** Whether the credential that opened the stream would still open it. */
  readonly isStillWelcome: () => Promise<boolean>;
}

/**
 * The client of a stream.
 * @throws RequestError `method_not_allowed` HEAD would read a whole stream to throw it away; `parameter_invalid` a Last-Event-ID that
 *   no event of ours has
 */
export const Follower = createParamDecorator((_: unknown, context: ExecutionContext): StreamAsk => {
  const request = context.switchToHttp().getRequest<AccessedRequest>();
  const reply = context.switchToHttp().getResponse<FastifyReply>();
  if (request.method === 'HEAD') throw new RequestError('method_not_allowed', { headers: { Allow: 'GET' } });
  const { tenantContext: ctx, isStillWelcome } = request;
  invariant(ctx !== undefined && isStillWelcome !== undefined, 'a stream has passed the guard');
  const { language, isLive, gone } = new Conversation(request, reply);
  return { ctx, language, isLive, gone, isStillWelcome, afterSequence: lastEventOf(request) };
});

function lastEventOf(request: FastifyRequest): number {
  const last = request.headers['last-event-id'];
  if (last === undefined || last === '') return 0;
  if (typeof last === 'string' && SEQUENCE.test(last)) return Number(last);
  throw new RequestError('parameter_invalid', { fields: [{ pointer: '/Last-Event-ID', code: 'not_integer' }] });
}
