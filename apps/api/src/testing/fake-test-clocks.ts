import type { TenantContext } from '@tsunagu/contracts';
import { newId } from '@tsunagu/kernel';
import { TestClocks, type Advance, type TestClock } from '@tsunagu/payments';
import { AT } from './fake-payments.js';

/** One clock a tenant, in memory; no payment hangs on it. */
export class FakeTestClocks extends TestClocks {
  readonly #clocks = new Map<string, TestClock>();

  override open({ tenantId }: TenantContext, name: string): Promise<{ clock: TestClock; isNew: boolean }> {
    const known = this.#clocks.get(tenantId);
    const clock = known ?? { id: newId(AT), name, aheadMs: 0, now: AT, createdAt: AT };
    this.#clocks.set(tenantId, clock);
    return Promise.resolve({ clock, isNew: known === undefined });
  }

  override find({ tenantId }: TenantContext, id: string): Promise<TestClock | undefined> {
    const clock = this.#clocks.get(tenantId);
    return Promise.resolve(clock?.id === id ? clock : undefined);
  }

  override async advance(
    ctx: TenantContext,
    id: string,
    advance: Advance,
  ): Promise<{ clock: TestClock; due: number } | undefined> {
    const before = await this.find(ctx, id);
    if (before === undefined) return undefined;
    const stepMs = 'byMs' in advance ? advance.byMs : advance.to.getTime() - before.now.getTime();
    const aheadMs = before.aheadMs + Math.max(0, stepMs);
    const clock = { ...before, aheadMs, now: new Date(AT.getTime() + aheadMs) };
    this.#clocks.set(ctx.tenantId, clock);
    return { clock, due: 0 };
  }
}
