import { Catch, HttpException, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { AppError } from '@tsunagu/kernel';
import { AppLogger, StrictJsonError } from '@tsunagu/platform';
import { requestIdOf } from '../http/request-id.js';
import { problemReply, type ProblemSource } from './problem-reply.js';
import { isProblemCode, PROBLEMS, type ProblemCode } from './problem-catalogue.js';
import { RequestError } from './request-error.js';

/** Codes for refusals that the framework makes before our own code runs. */
const CODE_BY_STATUS: Readonly<Record<number, ProblemCode>> = {
  400: 'parameter_invalid',
  401: 'authentication_required',
  403: 'permission_denied',
  404: 'resource_missing',
  405: 'method_not_allowed',
  406: 'not_acceptable',
  413: 'body_too_large',
  414: 'url_too_long',
  415: 'unsupported_media_type',
  429: 'quota_exceeded',
  431: 'headers_too_large',
  503: 'temporary_reduced_capacity',
};

/** Codes for our own errors whose code is not public, by category. `outcome_unknown` never reads as a failure. */
const CODE_BY_CATEGORY: Readonly<Record<string, ProblemCode>> = {
  invalid: 'parameter_invalid',
  unprocessable: 'parameter_invalid',
  unauthenticated: 'authentication_required',
  forbidden: 'permission_denied',
  not_found: 'resource_missing',
  conflict: 'state_conflict',
  gone: 'offer_expired',
  limited: 'quota_exceeded',
  not_sent: 'temporary_reduced_capacity',
  outcome_unknown: 'timeout',
  internal: 'internal_error',
};

/** Turns everything that is thrown into problem+json. What it does not know becomes 500 and tells nothing. */
@Catch()
export class ProblemFilter implements ExceptionFilter {
  constructor(private readonly log: AppLogger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const request = host.switchToHttp().getRequest<FastifyRequest>();
    const reply = host.switchToHttp().getResponse<FastifyReply>();
    const source = sourceOf(error);
    if (PROBLEMS[source.code].status >= 500) {
      const route = request.routeOptions?.url ?? null;
      this.log.error('request failed', { requestId: requestIdOf(request), route, error });
    }
    if (reply.sent) return;
    problemReply(request, reply, source);
  }
}

function sourceOf(error: unknown): ProblemSource {
  if (error instanceof RequestError) return error;
  if (error instanceof StrictJsonError) {
    return { code: error.code, fields: [{ pointer: error.pointer, code: 'invalid_format' }] };
  }
  if (error instanceof AppError) {
    const code = isProblemCode(error.code) ? error.code : (CODE_BY_CATEGORY[error.category] ?? 'internal_error');
    return { code, facts: error.facts };
  }
  const status = statusOf(error);
  return { code: (status === undefined ? undefined : CODE_BY_STATUS[status]) ?? 'internal_error' };
}

function statusOf(error: unknown): number | undefined {
  if (error instanceof HttpException) return error.getStatus();
  // Errors of Fastify and of Node's parser carry their status; everything else is a bug.
  if (!(error instanceof Error) || !('statusCode' in error)) return undefined;
  return typeof error.statusCode === 'number' ? error.statusCode : undefined;
}
