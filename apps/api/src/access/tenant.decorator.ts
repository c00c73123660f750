import { createParamDecorator, type ExecutionContext } from '@nestjs/common';
import { invariant } from '@tsunagu/kernel';
import type { TenantContext } from '@tsunagu/contracts';
import type { Authenticated } from '@tsunagu/merchants';
import type { AccessedRequest } from './access.guard.js';

/** The context that the guard made from the credential. @throws InvariantError on a public route: it has none */
export const Tenant = createParamDecorator((_: unknown, context: ExecutionContext): TenantContext => {
  const { tenantContext } = context.switchToHttp().getRequest<AccessedRequest>();
  invariant(tenantContext !== undefined, 'a route with a tenant has passed the guard');
  return tenantContext;
});

/** The credential itself, for routes that hand on what it holds. @throws InvariantError on a public route */
export const Credential = createParamDecorator((_: unknown, context: ExecutionContext): Authenticated => {
  const { credential } = context.switchToHttp().getRequest<AccessedRequest>();
  invariant(credential !== undefined, 'a route with a credential has passed the guard');
  return credential;
});
