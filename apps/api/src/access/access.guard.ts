import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import { fromWireId } from '@tsunagu/kernel';
import type { TenantContext } from '@tsunagu/contracts';
import {
  ApiKeys,
  LastUses,
  RateLimiter,
  type Authenticated,
  type QuotaAnswer,
  type QuotaSubject,
} from '@tsunagu/merchants';
import { AppConfig } from '@tsunagu/platform';
import { ClientAddresses } from '../http/client-address.js';
import { requestIdOf } from '../http/request-id.js';
import { fieldsError, RequestError } from '../problem/request-error.js';
import { takesQuery } from './route-audit.js';
import {
  PERMISSION_KEY,
  POLICY_KEY,
  PUBLIC_KEY,
  SANDBOX_KEY,
  type PermissionName,
  type PolicyName,
} from './permission.decorator.js';

/** A request after the guard: who asks is known. */
export type AccessedRequest = FastifyRequest & {
  tenantContext?: TenantContext;
  /** The credential itself, for routes that hand on what it holds. */
  credential?: Authenticated;
  /** Asks the guard again, for a request that lasts. */
  isStillWelcome?: () => Promise<boolean>;
  /** Gives back the place among the open requests of the key before the reply is over. */
  leavePlace?: () => void;
};

const BEARER = /^Bearer ([\x21-\x7e]{1,300})$/;

/** Who asks, whether they may, and whether they ask too often: in this order, before a body is mapped. */
@Injectable()
export class AccessGuard implements CanActivate {
  readonly #addresses: ClientAddresses;
  readonly #isProduction: boolean;

  constructor(
    private readonly reflector: Reflector,
    private readonly keys: ApiKeys,
    private readonly limiter: RateLimiter,
    private readonly uses: LastUses,
    config: AppConfig,
  ) {
    this.#addresses = ClientAddresses.fromConfig(config);
    this.#isProduction = config.isProduction;
  }

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const handler = context.getHandler();
    if (this.reflector.get<string>(PUBLIC_KEY, handler) !== undefined) return true;
    const permission = this.reflector.get<PermissionName | undefined>(PERMISSION_KEY, handler);
    // Start-up refuses such a route already; this wall stands for the day when somebody goes around it.
    if (permission === undefined) throw new RequestError('permission_denied');
    const request = context.switchToHttp().getRequest<AccessedRequest>();
    const reply = context.switchToHttp().getResponse<FastifyReply>();
    const isOfSandbox = this.reflector.get<boolean | undefined>(SANDBOX_KEY, handler) === true;
    if (isOfSandbox && this.#isProduction) throw new RequestError('resource_missing'); // before the key: nobody learns whether it would do
    const credential = await this.#enter(request, permission);
    if (isOfSandbox && credential.mode === 'live') throw new RequestError('resource_missing');
    if (credential.ctx.credentialId !== undefined) this.uses.note(credential.ctx.credentialId);
    request.tenantContext = credential.ctx;
    request.credential = credential;
    request.isStillWelcome = () =>
      this.#enter(request, permission).then(
        () => true,
        () => false,
      );
    if (!takesQuery(context)) refuseQuery(request);
    request.leavePlace = this.#holdPlace(credential.ctx, reply);
    const policy = this.reflector.get<PolicyName | undefined>(POLICY_KEY, handler) ?? 'read';
    tellQuota(reply, await this.limiter.take(credential.ctx, policy, subjectOf(request, policy)));
    return true;
  }

  async #enter(request: FastifyRequest, permission: PermissionName): Promise<Authenticated> {
    const bearer = BEARER.exec(request.headers.authorization ?? '')?.[1];
    if (bearer === undefined) throw new RequestError('authentication_required');
    const credential = await this.keys.authenticate(bearer, requestIdOf(request), this.#addresses.of(request));
    if (!credential.scopes.includes(permission)) throw new RequestError('permission_denied', { facts: { permission } });
    return credential;
  }

  /** A place among the open requests of the key, until the reply is over or only waits. @throws RequestError `concurrency_exceeded` */
  #holdPlace({ tenantId, credentialId }: TenantContext, reply: FastifyReply): () => void {
    const leave = this.limiter.enter({ tenantId, id: credentialId ?? '' });
    if (leave === undefined) {
      const headers = { 'RateLimit-Policy': '"key-concurrency";qu="concurrent-requests"' };
      throw new RequestError('concurrency_exceeded', { headers, facts: { violated_policies: 'key-concurrency' } });
    }
    let isHeld = true;
    const leaveOnce = (): void => {
      if (isHeld) leave();
      isHeld = false;
    };
    reply.raw.once('close', leaveOnce);
    return leaveOnce;
  }
}

/** A route without parameters has none to be unknown. @throws RequestError `unknown_parameter` */
function refuseQuery(request: FastifyRequest): void {
  const names = Object.keys(request.query as object);
  if (names.length > 0) throw fieldsError(names.map((name) => ({ pointer: `/${name}`, code: 'unknown' as const })));
}

/** What the limits of a request hang on besides its key. The body is not validated yet: only a well-formed id counts. */
function subjectOf(request: FastifyRequest, policy: PolicyName): QuotaSubject {
  if (policy === 'pay') {
    const { terminal_id: terminal } = (request.body ?? {}) as { terminal_id?: unknown };
    return { terminal: typeof terminal === 'string' ? fromWireId('trm', terminal) : undefined };
  }
  if (policy === 'read') return {};
  const { id, client_reference: reference } = request.params as { id?: string; client_reference?: string };
  return { resource: (id ?? reference)?.slice(0, 64) };
}

/** @throws RequestError `quota_exceeded` */
function tellQuota(reply: FastifyReply, answer: QuotaAnswer): void {
  const { policy, quota, windowSeconds = 1, remaining = 0, resetSeconds = 1 } = answer;
  if (quota !== undefined) {
    void reply.header('RateLimit-Policy', `"${policy}";q=${quota};w=${windowSeconds}`);
    void reply.header('RateLimit', `"${policy}";r=${remaining};t=${resetSeconds}`);
  }
  if (answer.isAllowed) return;
  const headers = { 'Retry-After': String(Math.max(1, resetSeconds)) };
  throw new RequestError('quota_exceeded', { headers, facts: { violated_policies: policy } });
}
