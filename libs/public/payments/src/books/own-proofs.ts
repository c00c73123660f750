import { ACCOUNTS } from './posting.js';

const LIST_MAX = 1_000;
const SIGNED = `CASE side WHEN 'debit' THEN amount_minor ELSE -amount_minor END`;

/** Where debits and credits of one tenant, currency and day do not agree. */
export interface Imbalance {
  readonly tenantId: string;
  readonly currency: string;
  readonly businessDate: string;
  /** Debits less credits, minor units as decimal text: a sum may pass 2^53. */
  readonly differenceMinor: string;
}

/** A payment whose counters say something else than its postings in one currency; minor units as decimal text. */
export interface CounterDifference {
  readonly tenantId: string;
  readonly paymentId: string;
  readonly currency: string;
  readonly capturedByCounters: string;
  readonly capturedByPostings: string;
  readonly refundedByCounters: string;
  readonly refundedByPostings: string;
  readonly holdByCounters: string;
  readonly holdByPostings: string;
}

export const SIZES = `SELECT (SELECT count(*)::int FROM gateway.payment) AS payments, (SELECT count(*)::int FROM gateway.posting) AS postings`;

export const IMBALANCES = `
  SELECT tenant_id AS "tenantId", currency, business_date::text AS "businessDate", sum(${SIGNED})::text AS "differenceMinor"
    FROM gateway.posting GROUP BY tenant_id, currency, business_date HAVING sum(${SIGNED}) <> 0
   ORDER BY tenant_id, currency, business_date LIMIT ${LIST_MAX}`;

const RECEIVABLE = `account = '${ACCOUNTS.issuerReceivable}'`;

/** Money that came, money that went back, and promises, each on its own: what is wrong twice may look right in a net sum. */
export const COUNTERS = `
  WITH booked AS (
    SELECT tenant_id, payment_id, currency,
           coalesce(sum(amount_minor) FILTER (WHERE ${RECEIVABLE} AND side = 'debit'), 0) AS captured,
           coalesce(sum(amount_minor) FILTER (WHERE ${RECEIVABLE} AND side = 'credit'), 0) AS refunded,
           coalesce(sum(${SIGNED}) FILTER (WHERE account = '${ACCOUNTS.authorizedHold}'), 0) AS hold
      FROM gateway.posting GROUP BY tenant_id, payment_id, currency),
  counted AS (
    SELECT tenant_id, id, currency, captured_minor AS captured, refunded_minor AS refunded,
           CASE WHEN kind = 'auth' AND status IN ('authorized', 'partially_captured') THEN greatest(authorized_minor - captured_minor, 0) ELSE 0 END AS hold
      FROM gateway.payment),
  both_sides AS (
    SELECT coalesce(c.tenant_id, b.tenant_id) AS tenant_id, coalesce(c.id, b.payment_id) AS payment_id, coalesce(c.currency, b.currency) AS currency,
           coalesce(c.captured, 0) AS c_captured, coalesce(b.captured, 0) AS b_captured, coalesce(c.refunded, 0) AS c_refunded,
           coalesce(b.refunded, 0) AS b_refunded, coalesce(c.hold, 0) AS c_hold, coalesce(b.hold, 0) AS b_hold
      FROM counted c FULL JOIN booked b ON b.tenant_id = c.tenant_id AND b.payment_id = c.id AND b.currency = c.currency)
  SELECT tenant_id AS "tenantId", payment_id AS "paymentId", currency,
         c_captured::text AS "capturedByCounters", b_captured::text AS "capturedByPostings",
         c_refunded::text AS "refundedByCounters", b_refunded::text AS "refundedByPostings",
         c_hold::text AS "holdByCounters", b_hold::text AS "holdByPostings"
    FROM both_sides
   WHERE (c_captured, c_refunded, c_hold) IS DISTINCT FROM (b_captured, b_refunded, b_hold)
   ORDER BY tenant_id, payment_id LIMIT ${LIST_MAX}`;
