import type { TenantContext } from '@tsunagu/contracts';

/** The clock of a tenant of the sandbox: how far its open payments are ahead of the house. */
export interface TestClock {
  readonly id: string;
  readonly name: string;
  /** Sum of all advances, milliseconds. */
  readonly aheadMs: number;
  /** The instant that it shows. */
  readonly now: Date;
  readonly createdAt: Date;
}

/** How far an advance goes: by so much, or to an instant of this clock. One that it shows already moves nothing. */
export type Advance = { readonly byMs: number } | { readonly to: Date };

/**
 * Time that passes at once, for the payments of one tenant that are open at that moment. The house's own clock is never touched: what is
 * left of each validity becomes shorter by the advance, and the loop that ends payments does the rest.
 * Only whoever knows that no money is real may call it.
 * @source api-conventions.md §11; docs/adr/0065
 */
export abstract class TestClocks {
  /** The one clock of the tenant; made when there is none. */
  abstract open(ctx: TenantContext, name: string): Promise<{ readonly clock: TestClock; readonly isNew: boolean }>;
  /** Undefined when the tenant has no such clock. */
  abstract find(ctx: TenantContext, id: string): Promise<TestClock | undefined>;
  /** @returns undefined when the tenant has no such clock; `due`: payments whose time is over now and that the loop ends next */
  abstract advance(
    ctx: TenantContext,
    id: string,
    advance: Advance,
  ): Promise<{ readonly clock: TestClock; readonly due: number } | undefined>;
}
