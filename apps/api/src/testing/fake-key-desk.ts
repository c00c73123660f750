import { newId } from '@tsunagu/kernel';
import type { Authenticated, KeyOrder, MadeKey, ShownKey } from '@tsunagu/merchants';
import { AT, FakeRefusal } from './fake-payments.js';

/** Keys in memory, for the tenant that made them. */
export class FakeKeyDesk {
  readonly #rows: { tenantId: string; shown: ShownKey }[] = [];

  list(asker: Authenticated): Promise<{ data: ShownKey[]; hasMore: boolean }> {
    const own = this.#rows.filter(({ tenantId }) => tenantId === asker.ctx.tenantId);
    return Promise.resolve({ data: own.map(({ shown }) => shown), hasMore: false });
  }

  find(asker: Authenticated, keyId: string): Promise<ShownKey | undefined> {
    const row = this.#rows.find(({ tenantId, shown }) => tenantId === asker.ctx.tenantId && shown.id === keyId);
    return Promise.resolve(row?.shown);
  }

  create(asker: Authenticated, order: KeyOrder): Promise<MadeKey> {
    const shown: ShownKey = {
      id: newId(AT), name: order.name, scopes: order.scopes, mode: 'test', storeId: order.storeId ?? null, terminalId: null,
      allowedIps: order.allowedIps ?? null, apiVersion: '2026-11-01', expiresAt: order.expiresAt ?? null, revokedAt: null,
      lastUsedAt: null, createdBy: asker.ctx.credentialId ?? null, replaces: null, createdAt: AT,
    }; // prettier-ignore
    this.#rows.push({ tenantId: asker.ctx.tenantId, shown });
    return Promise.resolve({ shown, key: 'tsk_test_shown-once' });
  }

  async rotate(asker: Authenticated, keyId: string): Promise<MadeKey> {
    const { name, scopes } = await this.#must(asker, keyId);
    return this.create(asker, { name, scopes });
  }

  revoke(asker: Authenticated, keyId: string): Promise<ShownKey> {
    return this.#must(asker, keyId);
  }

  async #must(asker: Authenticated, keyId: string): Promise<ShownKey> {
    const found = await this.find(asker, keyId);
    if (found === undefined) throw new FakeRefusal('resource_missing', 'not_found');
    return found;
  }
}
