import { applyDecorators, SetMetadata } from '@nestjs/common';
import { ApiExtension } from '@nestjs/swagger';

/** Everything a key may be allowed to do here. @source api-conventions.md §10 */
export const PERMISSIONS = [
  'payments:read',
  'payments:write',
  'payments:voice',
  'refunds:write',
  'tokens:read',
  'tokens:write',
  'tokens:export',
  'events:read',
  'webhooks:read',
  'webhooks:write',
  'api_keys:read',
  'api_keys:write',
  'audit:read',
  'reports:read',
  'sandbox:write',
] as const;
export type PermissionName = (typeof PERMISSIONS)[number];

export const PERMISSION_KEY = 'tsunagu:permission';
export const PUBLIC_KEY = 'tsunagu:public';
export const POLICY_KEY = 'tsunagu:policy';
export const IDEMPOTENCY_KEY = 'tsunagu:idempotency';

/** Which permission a route needs. A route with neither this nor {@link PublicRoute} stops the start-up. */
export const Permission = (permission: PermissionName) =>
  applyDecorators(SetMetadata(PERMISSION_KEY, permission), ApiExtension('x-tsunagu-permission', permission));

export const SANDBOX_KEY = 'tsunagu:sandbox';

/** A route for everybody. @param why it may be: read by reviewers, and by the access matrix */
export const PublicRoute = (why: string) => SetMetadata(PUBLIC_KEY, why);

/**
 * Rate-limit policy of a route. `repair` (give up, cancel) and `open` (reads of one payment) keep a rest of their own when
 * `read` is used up: they must stay possible when everything else is not.
 */
export type PolicyName = 'pay' | 'read' | 'repair' | 'open';
export const Policy = (policy: PolicyName) => SetMetadata(POLICY_KEY, policy);

/** A route of the test desk, with the one permission and policy of all of them: where money is real, and for a key of the live mode, there is no such route. */
export const TestDeskRoute = () =>
  applyDecorators(
    SetMetadata(SANDBOX_KEY, true),
    ApiExtension('x-tsunagu-sandbox-only', true),
    Permission('sandbox:write'),
    Policy('read'),
  );

/**
 * Whether a POST needs an `Idempotency-Key` (it moves money), is idempotent by its path, or does its harmless work again.
 * Every POST declares one.
 */
export const Idempotency = (mode: 'required' | 'by_path' | 'repeats') =>
  applyDecorators(SetMetadata(IDEMPOTENCY_KEY, mode), ApiExtension('x-tsunagu-idempotency', mode));
