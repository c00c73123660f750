import { sql, uuidv7Floor, type Storable } from '@tsunagu/platform';
import type { TenantContext } from '@tsunagu/contracts';
import type { PaymentFilter } from '../payment-api.js';
import { RECORD_COLUMNS } from '../store/payment-statements.js';

export const FIRST_ID = '00000000-0000-0000-0000-000000000000';
export const LAST_ID = 'ffffffff-ffff-ffff-ffff-ffffffffffff';

/** A filter that is null does not filter. The range of ids always does: it prunes partitions and walks the primary key. */
const WHERE = `p.tenant_id = $1 AND p.id >= $2 AND p.id <= $3 AND p.id <> $4
  AND ($5::text[] IS NULL OR p.status = ANY ($5)) AND ($6::timestamptz IS NULL OR p.created_at >= $6)
  AND ($7::timestamptz IS NULL OR p.created_at < $7) AND ($8::date IS NULL OR p.business_date = $8)
  AND ($9::uuid[] IS NULL OR p.store_id = ALL ($9)) AND ($10::uuid[] IS NULL OR p.terminal_id = ALL ($10))
  AND ($11::text IS NULL OR p.card ->> 'brand' = $11) AND ($12::text IS NULL OR p.card ->> 'last4' = $12)
  AND ($13::bigint IS NULL OR p.amount_minor = $13) AND ($14::text IS NULL OR p.slip_no = $14)
  AND ($15::text IS NULL OR p.approval_code = $15) AND ($16::text IS NULL OR p.clerk = $16)
  AND ($17::text IS NULL OR position(lower($17) IN lower(
    concat_ws(' ', p.client_reference, p.slip_no, p.approval_code, p.clerk, p.card ->> 'last4'))) > 0)`;

export const newestFirst = sql(
  'payment_list_newest',
  `SELECT ${RECORD_COLUMNS} FROM gateway.payment p WHERE ${WHERE} ORDER BY p.id DESC LIMIT $18`,
);

export const oldestFirst = sql(
  'payment_list_oldest',
  `SELECT ${RECORD_COLUMNS} FROM gateway.payment p WHERE ${WHERE} ORDER BY p.id LIMIT $18`,
);

export const countSome = sql(
  'payment_count_some',
  `SELECT count(*)::int AS found FROM (SELECT 1 FROM gateway.payment p WHERE ${WHERE} LIMIT $18) AS matching`,
);

/** Walks the partial index of open payments: a terminal has few, whatever its tenant has. */
const OPEN = `p.tenant_id = $1 AND p.terminal_id = $2 AND p.status IN ('processing', 'requires_action', 'unknown')
  AND p.id > $3 AND p.id < $4`;

export const openNewest = sql(
  'payment_open_newest',
  `SELECT ${RECORD_COLUMNS} FROM gateway.payment p WHERE ${OPEN} ORDER BY p.id DESC LIMIT $5`,
);

export const openOldest = sql(
  'payment_open_oldest',
  `SELECT ${RECORD_COLUMNS} FROM gateway.payment p WHERE ${OPEN} ORDER BY p.id LIMIT $5`,
);

/** Edges of a page, and of a reference that names one payment. */
export interface ListEdges {
  readonly beforeId?: string;
  readonly afterId?: string;
  readonly onlyId?: string;
}

/**
 * Values of the list statements without the limit; what is left out travels as NULL.
 * A context limited to a node narrows the filter, never widens it.
 */
export function listValues(ctx: TenantContext, filter: PaymentFilter, edges: ListEdges): Storable[] {
  const [lowest, highest] = idRange(filter, edges);
  return [
    ctx.tenantId,
    lowest,
    highest,
    edges.beforeId ?? edges.afterId ?? FIRST_ID,
    filter.status,
    filter.createdGte,
    filter.createdLt,
    filter.businessDate,
    allOf(filter.storeId, ctx.storeId),
    allOf(filter.terminalId, ctx.terminalId),
    filter.brand,
    filter.last4,
    filter.amountMinor,
    filter.slipNo,
    filter.approvalCode,
    filter.clerk,
    filter.text,
  ];
}

function idRange({ createdGte }: PaymentFilter, { afterId, beforeId, onlyId }: ListEdges): [string, string] {
  const floor = createdGte === undefined ? FIRST_ID : uuidv7Floor(createdGte);
  const lowest = [floor, afterId ?? FIRST_ID, onlyId ?? FIRST_ID].reduce((a, b) => (a > b ? a : b));
  const highest = [beforeId ?? LAST_ID, onlyId ?? LAST_ID].reduce((a, b) => (a < b ? a : b));
  return [lowest, highest];
}

function allOf(...ids: (string | undefined)[]): string[] | null {
  const given = ids.filter((id) => id !== undefined);
  return given.length === 0 ? null : given;
}
