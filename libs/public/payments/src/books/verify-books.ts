import pg from 'pg';
import { ACCOUNTS } from './posting.js';
import { compareLedger, type IssuerEntry, type LedgerComparison, type OwnMovement } from './compare-ledger.js';

const LEDGER_PAGE = 5_000;
const LIST_MAX = 1_000;

/** Where debits and credits of one tenant, currency and day do not agree. */
export interface Imbalance {
  readonly tenantId: string;
  readonly currency: string;
  readonly businessDate: string;
  readonly differenceMinor: number;
}

/** A payment whose counters say something else than its postings. */
export interface CounterDifference {
  readonly tenantId: string;
  readonly paymentId: string;
  readonly moneyByCounters: number;
  readonly moneyByPostings: number;
  readonly holdByCounters: number;
  readonly holdByPostings: number;
}

/** What the proof of the books found; `agrees` is the answer, the lists are the reasons. */
export interface BooksReport {
  readonly agrees: boolean;
  readonly payments: number;
  readonly postings: number;
  readonly imbalances: readonly Imbalance[];
  readonly counters: readonly CounterDifference[];
  /** Null when no issuer's ledger was asked. */
  readonly issuers: LedgerComparison | null;
}

/**
 * Prove the books: debits equal credits, counters equal postings, and our movements equal those of the issuers.
 * Takes one snapshot; open attempts are counted, not judged.
 * @param from.ownerUrl login that passes row-level security
 * @param from.ledgerUrl `GET` address of the issuers' ledger; left out: not compared
 */
export async function verifyBooks(from: {
  readonly ownerUrl: string;
  readonly ledgerUrl?: string;
}): Promise<BooksReport> {
  const client = new pg.Client({ connectionString: from.ownerUrl });
  await client.connect();
  try {
    // The issuers first: what they book while we read can only be open on our side.
    const entries = from.ledgerUrl === undefined ? undefined : await readLedger(from.ledgerUrl);
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const [sizes] = (await client.query<{ payments: number; postings: number }>(SIZES)).rows;
    const imbalances = (await client.query<Imbalance>(IMBALANCES)).rows;
    const counters = (await client.query<CounterDifference>(COUNTERS)).rows;
    const movements = (await client.query<OwnMovement>(MOVEMENTS)).rows;
    const issuers = entries === undefined ? null : compareLedger(movements, entries);
    const agrees = imbalances.length + counters.length + (issuers?.differences.length ?? 0) === 0;
    return { agrees, payments: sizes?.payments ?? 0, postings: sizes?.postings ?? 0, imbalances, counters, issuers };
  } finally {
    await client.end();
  }
}

async function readLedger(ledgerUrl: string): Promise<IssuerEntry[]> {
  const entries: IssuerEntry[] = [];
  let cursor: number | null = 0;
  while (cursor !== null) {
    const url: URL = new URL(ledgerUrl);
    url.searchParams.set('limit', String(LEDGER_PAGE));
    url.searchParams.set('cursor', String(cursor));
    const answer = await fetch(url, { signal: AbortSignal.timeout(30_000) });
    if (!answer.ok) throw new Error(`the issuers' ledger answered ${answer.status}`);
    const page = (await answer.json()) as { authorizations: IssuerEntry[]; next_cursor?: number | null };
    entries.push(...page.authorizations);
    cursor = page.next_cursor ?? null;
  }
  return entries;
}

const SIGNED = `CASE side WHEN 'debit' THEN amount_minor ELSE -amount_minor END`;

const SIZES = `SELECT (SELECT count(*)::int FROM gateway.payment) AS payments, (SELECT count(*)::int FROM gateway.posting) AS postings`;

const IMBALANCES = `
  SELECT tenant_id AS "tenantId", currency, business_date::text AS "businessDate", sum(${SIGNED})::float8 AS "differenceMinor"
    FROM gateway.posting GROUP BY tenant_id, currency, business_date HAVING sum(${SIGNED}) <> 0 LIMIT ${LIST_MAX}`;

const COUNTERS = `
  WITH booked AS (
    SELECT tenant_id, payment_id,
           coalesce(sum(${SIGNED}) FILTER (WHERE account = '${ACCOUNTS.issuerReceivable}'), 0)::float8 AS money,
           coalesce(sum(${SIGNED}) FILTER (WHERE account = '${ACCOUNTS.authorizedHold}'), 0)::float8 AS hold
      FROM gateway.posting GROUP BY tenant_id, payment_id),
  counted AS (
    SELECT tenant_id, id, (captured_minor - refunded_minor)::float8 AS money,
           (CASE WHEN kind = 'auth' AND status IN ('authorized', 'partially_captured') THEN authorized_minor - captured_minor ELSE 0 END)::float8 AS hold
      FROM gateway.payment)
  SELECT coalesce(c.tenant_id, b.tenant_id) AS "tenantId", coalesce(c.id, b.payment_id) AS "paymentId",
         coalesce(c.money, 0) AS "moneyByCounters", coalesce(b.money, 0) AS "moneyByPostings",
         coalesce(c.hold, 0) AS "holdByCounters", coalesce(b.hold, 0) AS "holdByPostings"
    FROM counted c FULL JOIN booked b ON b.tenant_id = c.tenant_id AND b.payment_id = c.id
   WHERE coalesce(c.money, 0) <> coalesce(b.money, 0) OR coalesce(c.hold, 0) <> coalesce(b.hold, 0)
   LIMIT ${LIST_MAX}`;

const MOVEMENTS = `
  SELECT a.payment_id AS "paymentId", a.id AS "attemptId", a.kind, a.status, coalesce(a.approved_minor, a.amount_minor)::float8 AS "amountMinor",
         p.currency, a.network ->> 'link' AS link, a.network ->> 'rrn' AS rrn
    FROM gateway.attempt a JOIN gateway.payment p ON p.tenant_id = a.tenant_id AND p.id = a.payment_id
   WHERE a.kind <> 'void'`;
