import { Injectable } from '@nestjs/common';
import { Clock } from '@tsunagu/kernel';
import type { TenantContext } from '@tsunagu/contracts';
import { sql, Transactions } from '@tsunagu/platform';
import type { ReceiptCopy, ReceiptKind } from '../receipt-facts.js';

/** One slip: the payment or the refund that it is of, whose copy, and what it says. */
export interface PrintedSlip {
  /** Row id of the payment or the refund. */
  readonly subjectId: string;
  readonly copy: ReceiptCopy;
  readonly kind: ReceiptKind;
}

/** Remembers what was printed. Behind a port, so that routes can be tested without a database. */
export abstract class ReceiptPrints {
  /** Count one print. @returns how many there are now; 1 is the original, everything above is 再発行 */
  abstract count(ctx: TenantContext, slip: PrintedSlip): Promise<number>;
  /** How many there were; 0 when it was never printed. */
  abstract printed(ctx: TenantContext, slip: PrintedSlip): Promise<number>;
}

const COUNT = sql(
  'receipt_count_print',
  `insert into gateway.receipt_print as p (tenant_id, subject_id, copy, kind, prints, first_at, last_at)
   values ($1, $2, $3, $4, 1, $5, $5)
   on conflict (tenant_id, subject_id, copy, kind) do update set prints = p.prints + 1, last_at = excluded.last_at
   returning prints`,
);
const PRINTED = sql(
  'receipt_printed',
  'select prints from gateway.receipt_print where tenant_id = $1 and subject_id = $2 and copy = $3 and kind = $4',
);

@Injectable()
export class PgReceiptPrints extends ReceiptPrints {
  constructor(
    private readonly transactions: Transactions,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async count(ctx: TenantContext, { subjectId, copy, kind }: PrintedSlip): Promise<number> {
    const values = [ctx.tenantId, subjectId, copy, kind, this.clock.now()];
    const rows = await this.transactions.run(ctx, (tx) => tx.query<{ prints: number }>(COUNT, values));
    return rows[0]?.prints ?? 1;
  }

  override async printed(ctx: TenantContext, { subjectId, copy, kind }: PrintedSlip): Promise<number> {
    const values = [ctx.tenantId, subjectId, copy, kind];
    const [row] = await this.transactions.ask<{ prints: number }>(ctx, PRINTED, values);
    return row?.prints ?? 0;
  }
}
