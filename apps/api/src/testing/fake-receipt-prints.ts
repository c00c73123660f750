import type { TenantContext } from '@tsunagu/contracts';
import { ReceiptPrints, type PrintedSlip } from '@tsunagu/receipts';

/** For specs of the api: remembers prints as long as the api stands. */
export class FakeReceiptPrints extends ReceiptPrints {
  readonly #prints = new Map<string, number>();

  override count(ctx: TenantContext, slip: PrintedSlip): Promise<number> {
    const prints = (this.#prints.get(nameOf(ctx, slip)) ?? 0) + 1;
    this.#prints.set(nameOf(ctx, slip), prints);
    return Promise.resolve(prints);
  }

  override printed(ctx: TenantContext, slip: PrintedSlip): Promise<number> {
    return Promise.resolve(this.#prints.get(nameOf(ctx, slip)) ?? 0);
  }
}

function nameOf({ tenantId }: TenantContext, { subjectId, copy, kind }: PrintedSlip): string {
  return [tenantId, subjectId, copy, kind].join(' ');
}
