import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { fieldsError } from '../problem/request-error.js';

/** The empty body of a request whose path says everything. @throws RequestError `unknown_parameter` it is not empty */
export const NoBody = createParamDecorator((_: unknown, context: ExecutionContext): Record<string, never> => {
  const body = context.switchToHttp().getRequest<FastifyRequest>().body as Record<string, unknown>;
  const names = Object.keys(body);
  if (names.length > 0) throw fieldsError(names.map((name) => ({ pointer: `/${name}`, code: 'unknown' })));
  return {};
});
