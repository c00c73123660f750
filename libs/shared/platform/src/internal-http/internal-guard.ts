import { createHash, timingSafeEqual } from 'node:crypto';
import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { INTERNAL_ROUTES } from '@tsunagu/contracts';
import { AppError, type Secret } from '@tsunagu/kernel';
import { AppConfig } from '../config/app-config.js';
import { AppLogger } from '../logging/app-logger.js';
import { Metrics } from '../metrics/metrics.js';
import { callerAt } from './house-server.js';
import { callerKey } from './internal-client.js';

/** A caller who may not ask this, or is not who he says: both get the same answer. */
export class CallerRefusedError extends AppError {
  readonly code = 'permission_denied';
  readonly category = 'forbidden';

  constructor() {
    super('this caller may not ask this');
  }
}

/** What the guard reads of a request. */
export interface InternalRequest {
  readonly url: string;
  readonly headers: Record<string, string | string[] | undefined>;
  readonly raw: { readonly socket: object };
}

/**
 * Allow-list of caller × operation. Anything that is not in `INTERNAL_ROUTES` is refused: deny by default. In production the caller
 * is whom the certificate of the connection names, and headers say nothing; in the sandbox he proves himself by the secret of this start.
 */
@Injectable()
export class InternalGuard implements CanActivate {
  /** Digests of the keys of callers on the list: the secret is that of this life of the process, and so are they. */
  readonly #proofs = new Map<Secret<string>, Map<string, Buffer>>();

  constructor(
    private readonly config: AppConfig,
    private readonly logger: AppLogger,
    private readonly metrics: Metrics,
  ) {}

  /** @throws CallerRefusedError unknown caller, wrong key, or an operation that is not his */
  canActivate(context: ExecutionContext): boolean {
    this.admit(context.switchToHttp().getRequest<InternalRequest>());
    return true;
  }

  /** The same for a server without Nest's routes. @throws CallerRefusedError */
  admit(request: InternalRequest): void {
    const path = request.url.split('?')[0] ?? '';
    const { caller, isProved } = this.config.isProduction ? certified(request) : this.#keyed(request, path);
    if (isProved && isListed(path, caller)) return;
    this.metrics.counter('tsunagu_internal_refused_total', 'Internal calls that were refused').inc();
    this.logger.warn('an internal call was refused', { path, caller, isProved });
    throw new CallerRefusedError();
  }

  #keyed({ headers }: InternalRequest, path: string): { caller: string; isProved: boolean } {
    const caller = String(headers['x-internal-caller'] ?? '');
    const shown = digest(String(headers['x-internal-key'] ?? ''));
    const isKnown = isListed(path, caller);
    const { internalSecret, internalSecretOther } = this.config;
    const isPresent = timingSafeEqual(shown, this.#proofOf(internalSecret, caller, isKnown));
    if (internalSecretOther === null) return { caller, isProved: isPresent };
    const isOther = timingSafeEqual(shown, this.#proofOf(internalSecretOther, caller, isKnown));
    return { caller, isProved: isPresent || isOther };
  }

  #proofOf(secret: Secret<string>, caller: string, isKnown: boolean): Buffer {
    const proofs = this.#proofs.get(secret) ?? new Map<string, Buffer>();
    this.#proofs.set(secret, proofs);
    const known = proofs.get(caller);
    if (known !== undefined) return known;
    const proof = digest(callerKey(secret, caller));
    if (isKnown) proofs.set(caller, proof); // never a name that a stranger chose: the list is the bound
    return proof;
  }
}

function certified({ raw }: InternalRequest): { caller: string; isProved: boolean } {
  const caller = callerAt(raw.socket);
  return { caller: caller ?? '', isProved: caller !== undefined };
}

function isListed(path: string, caller: string): boolean {
  return INTERNAL_ROUTES[path]?.some((one) => one === caller) ?? false;
}

/** Digests of one length can be compared in a time that depends on neither text. */
function digest(text: string): Buffer {
  return createHash('sha256').update(text).digest();
}
