import type { TenantContext } from '@tsunagu/contracts';

/** Whether a key limited to a store or terminal may see this payment. Tenants are kept apart by the database as well. */
export function isVisible(
  ctx: TenantContext,
  payment: { readonly storeId: string; readonly terminalId: string },
): boolean {
  if (ctx.storeId !== undefined && ctx.storeId !== payment.storeId) return false;
  return ctx.terminalId === undefined || ctx.terminalId === payment.terminalId;
}
