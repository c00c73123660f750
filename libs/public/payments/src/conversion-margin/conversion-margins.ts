import type { CurrencyCode } from '@tsunagu/kernel';
import type { TenantContext } from '@tsunagu/contracts';

/** Sales in one currency that fell into one period. Amounts in yen, but for `foreignMinor`. */
export interface MarginRow {
  /** `YYYY-MM-DD` or `YYYY-MM`, by business date. */
  readonly period: string;
  readonly currency: CurrencyCode;
  readonly payments: number;
  readonly convertedMinor: number;
  /** What holders paid, minor units of `currency`; refunds are not taken off. */
  readonly foreignMinor: number;
  readonly refundedMinor: number;
  /** Mark-up that was earned on what was not refunded, rounded half up per payment. */
  readonly markupMinor: number;
}

/** One store; its rows by period and currency. */
export interface StoreMargin {
  readonly id: string;
  readonly rows: readonly MarginRow[];
}

export interface MarginQuery {
  /** Business dates, both included, `YYYY-MM-DD`. */
  readonly from: string;
  readonly to: string;
  readonly by: 'day' | 'month';
  readonly storeId?: string;
  readonly limit: number;
  readonly beforeId?: string;
  readonly afterId?: string;
}

/** What the mark-up of currency conversion earned, store by store. Sees only what the context's node may see. */
export abstract class ConversionMargins {
  abstract list(ctx: TenantContext, query: MarginQuery): Promise<{ data: StoreMargin[]; hasMore: boolean }>;
}
