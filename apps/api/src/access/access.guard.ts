import { Injectable, type CanActivate, type ExecutionContext } from '@nestjs/common';
import { Reflector } from '@nestjs/core';
import type { FastifyReply, FastifyRequest } from 'fastify';
import type { TenantContext } from '@tsunagu/contracts';
import { ApiKeys, RateLimiter, type QuotaAnswer } from '@tsunagu/merchants';
import { requestIdOf } from '../http/request-id.js';
import { RequestError } from '../problem/request-error.js';
import {
  PERMISSION_KEY,
  POLICY_KEY,
  PUBLIC_KEY,
  type PermissionName,
  type PolicyName,
} from './permission.decorator.js';

/** A request after the guard: who asks is known. */
export type AccessedRequest = FastifyRequest & {
  tenantContext?: TenantContext;
  /** Asks the guard again, for a request that lasts. */
  isStillWelcome?: () => Promise<boolean>;
};

const BEARER = /^Bearer ([\x21-\x7e]{1,300})$/;

/** Who asks, whether they may, and whether they ask too often: in this order, before a body is mapped. */
@Injectable()
export class AccessGuard implements CanActivate {
  constructor(
    private readonly reflector: Reflector,
    private readonly keys: ApiKeys,
    private readonly limiter: RateLimiter,
  ) {}

  async canActivate(context: ExecutionContext): Promise<boolean> {
    const handler = context.getHandler();
    if (this.reflector.get<string>(PUBLIC_KEY, handler) !== undefined) return true;
    const permission = this.reflector.get<PermissionName | undefined>(PERMISSION_KEY, handler);
    // Start-up refuses such a route already; this wall stands for the day when somebody goes around it.
    if (permission === undefined) throw new RequestError('permission_denied');
    const request = context.switchToHttp().getRequest<AccessedRequest>();
    const ctx = await this.enter(request, permission);
    request.tenantContext = ctx;
    request.isStillWelcome = () =>
      this.enter(request, permission).then(
        () => true,
        () => false,
      );
    const policy = this.reflector.get<PolicyName | undefined>(POLICY_KEY, handler) ?? 'read';
    tellQuota(context.switchToHttp().getResponse<FastifyReply>(), await this.limiter.take(ctx, policy));
    return true;
  }

  private async enter(request: FastifyRequest, permission: PermissionName): Promise<TenantContext> {
    const bearer = BEARER.exec(request.headers.authorization ?? '')?.[1];
    if (bearer === undefined) throw new RequestError('authentication_required');
    const { ctx, scopes } = await this.keys.authenticate(bearer, requestIdOf(request));
    if (!scopes.includes(permission)) throw new RequestError('permission_denied', { facts: { permission } });
    return ctx;
  }
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
