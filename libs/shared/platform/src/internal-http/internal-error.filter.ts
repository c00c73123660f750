import { Catch, HttpException, Injectable, type ArgumentsHost, type ExceptionFilter } from '@nestjs/common';
import { AppError, type ErrorCategory } from '@tsunagu/kernel';
import { AppLogger } from '../logging/app-logger.js';

const STATUS: Readonly<Record<ErrorCategory, number>> = {
  invalid: 400,
  unprocessable: 422,
  unauthenticated: 401,
  forbidden: 403,
  not_found: 404,
  conflict: 409,
  gone: 410,
  limited: 429,
  not_sent: 503,
  outcome_unknown: 504,
  internal: 500,
};

/** HTTP status of an error of this house; an error may carry its own. */
function httpStatusOf(error: AppError): number {
  const { status } = error as { status?: unknown };
  return typeof status === 'number' ? status : STATUS[error.category];
}

/** Errors between processes of the house: `{ code, category, message }`, no stack, no values. */
@Catch()
@Injectable()
export class InternalErrorFilter implements ExceptionFilter {
  constructor(private readonly logger: AppLogger) {}

  catch(error: unknown, host: ArgumentsHost): void {
    const reply = host.switchToHttp().getResponse<{ status(code: number): { send(body: unknown): void } }>();
    const { status, body } = describe(error);
    if (status >= 500) this.logger.error('an internal call failed', { code: body.code, error });
    reply.status(status).send(body);
  }
}

/** What a process of the house is told of an error. */
export function describe(error: unknown): {
  status: number;
  body: { code: string; category: ErrorCategory; message: string };
} {
  if (error instanceof AppError) {
    return {
      status: httpStatusOf(error),
      body: { code: error.code, category: error.category, message: error.message },
    };
  }
  const status =
    error instanceof HttpException ? error.getStatus() : (error as { statusCode?: unknown } | null)?.statusCode;
  if (typeof status === 'number' && status >= 400 && status < 500) {
    return {
      status,
      body: {
        code: 'parameter_invalid',
        category: status === 404 ? 'not_found' : 'invalid',
        message: 'the request is not understood',
      },
    };
  }
  return {
    status: 500,
    body: { code: 'internal_error', category: 'internal', message: 'something is wrong on our side' },
  };
}
