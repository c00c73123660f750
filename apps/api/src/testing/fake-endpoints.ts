import type { TenantContext } from '@tsunagu/contracts';
import { newId } from '@tsunagu/kernel';
import type { EndpointSet, ShownEndpoint } from '@tsunagu/notify';
import { AT, FakeRefusal } from './fake-payments.js';

/** One endpoint per tenant, in memory; names below `.internal` stand for what the real rules refuse. */
export class FakeEndpoints {
  readonly #rows = new Map<string, ShownEndpoint>();

  find(ctx: TenantContext): Promise<ShownEndpoint | undefined> {
    return Promise.resolve(this.#rows.get(ctx.tenantId));
  }

  async set(ctx: TenantContext, order: { url: string; rotateSecret: boolean }): Promise<EndpointSet> {
    refuseInternal(order.url);
    const before = this.#rows.get(ctx.tenantId);
    const endpoint = {
      id: before?.id ?? newId(AT),
      url: order.url,
      isEnabled: true,
      types: null,
      formerSecretUntil: null,
    };
    this.#rows.set(ctx.tenantId, endpoint);
    const isShown = before === undefined || order.rotateSecret;
    return { endpoint, secret: isShown ? 'whsec_c2VjcmV0' : null, isNew: before === undefined };
  }

  async change(
    ctx: TenantContext,
    id: string,
    change: { url?: string; isEnabled?: boolean },
  ): Promise<ShownEndpoint | undefined> {
    const before = this.#rows.get(ctx.tenantId);
    if (before?.id !== id) return undefined;
    if (change.url !== undefined) refuseInternal(change.url);
    const after = { ...before, id, url: change.url ?? before.url, isEnabled: change.isEnabled ?? before.isEnabled };
    this.#rows.set(ctx.tenantId, after);
    return after;
  }

  async rotate(ctx: TenantContext, id: string): Promise<EndpointSet | undefined> {
    const before = this.#rows.get(ctx.tenantId);
    return before?.id === id ? { endpoint: before, secret: 'whsec_bmV3', isNew: false } : undefined;
  }
}

function refuseInternal(url: string): void {
  if (url.includes('.internal')) throw new FakeRefusal('url_not_allowed', 'unprocessable');
}
