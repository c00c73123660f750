import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import type { FastifyRequest } from 'fastify';
import { RequestError } from '../problem/request-error.js';
import { PICTURE_TYPE } from './strict-body.js';

/** The picture that is the whole body of a request; what is in it nobody has looked at yet. @throws RequestError `unsupported_media_type` there is none */
export const Picture = createParamDecorator((_: unknown, context: ExecutionContext): Buffer => {
  const { body } = context.switchToHttp().getRequest<FastifyRequest>();
  if (Buffer.isBuffer(body)) return body;
  throw new RequestError('unsupported_media_type', { headers: { Accept: PICTURE_TYPE } });
});
