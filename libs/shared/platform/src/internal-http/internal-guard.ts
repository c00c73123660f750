import { createHash, timingSafeEqual } from 'node:crypto';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { INTERNAL_ROUTES } from '@tsunagu/contracts';
import { AppError } from '@tsunagu/kernel';
import { AppConfig } from '../config/app-config.js';
import { AppLogger } from '../logging/app-logger.js';
import { Metrics } from '../metrics/metrics.js';
import { callerKey } from './internal-client.js';

/** A caller who may not ask this, or is not who he says: both get the same answer. */
export class CallerRefusedError extends AppError {
  readonly code = 'permission_denied';
  readonly category = 'forbidden';

  constructor() {
    super('this caller may not ask this');
  }
}

/** Allow-list of caller × operation. Anything that is not in `INTERNAL_ROUTES` is refused: deny by default. */
@Injectable()
export class InternalGuard implements CanActivate {
  constructor(
    private readonly config: AppConfig,
    private readonly logger: AppLogger,
    private readonly metrics: Metrics,
  ) {}

  /** @throws CallerRefusedError unknown caller, wrong key, or an operation that is not his */
  canActivate(context: ExecutionContext): boolean {
    const request = context
      .switchToHttp()
      .getRequest<{ url: string; headers: Record<string, string | string[] | undefined> }>();
    const path = request.url.split('?')[0] ?? '';
    const caller = String(request.headers['x-internal-caller'] ?? '');
    const isAllowed = INTERNAL_ROUTES[path]?.some((one) => one === caller) ?? false;
    const isProved = sameText(
      String(request.headers['x-internal-key'] ?? ''),
      callerKey(this.config.internalSecret, caller),
    );
    if (isAllowed && isProved) return true;
    this.metrics.counter('tsunagu_internal_refused_total', 'Internal calls that were refused').inc();
    this.logger.warn('an internal call was refused', { path, caller, isProved });
    throw new CallerRefusedError();
  }
}

/** Compare in a time that depends on neither text. */
function sameText(a: string, b: string): boolean {
  const digest = (text: string) => createHash('sha256').update(text).digest();
  return timingSafeEqual(digest(a), digest(b));
}
