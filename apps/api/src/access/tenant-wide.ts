import type { TenantContext } from '@tsunagu/contracts';
import { RequestError } from '../problem/request-error.js';

/** What hears of every store is nothing for a key that is limited to one. @throws RequestError `permission_denied` */
export function tenantWide(ctx: TenantContext, permission: string): void {
  if (ctx.storeId === undefined && ctx.terminalId === undefined) return;
  throw new RequestError('permission_denied', { facts: { permission } });
}
