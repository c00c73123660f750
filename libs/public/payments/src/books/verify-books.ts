import pg from 'pg';
import { compareLedger, type IssuerEntry, type LedgerComparison, type OwnMovement } from './compare-ledger.js';
import { readLedger } from './issuer-ledger.js';
import { COUNTERS, IMBALANCES, SIZES, type CounterDifference, type Imbalance } from './own-proofs.js';

const FETCH = 5_000;
/** How far the clocks of our processes may be apart when "changed after the issuers were asked" is judged. */
const SKEW = '5 seconds';

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
 * Prove the books: debits equal credits, counters equal postings, and our movements equal those of the issuers, line by line.
 * Reads one snapshot and nothing into memory as a whole: the issuers' lines go into a temporary table, the database sorts both
 * sides, and they are walked side by side. What is open, or changed meanwhile, is counted and not judged.
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
    const askedAt = await askIssuers(client, from.ledgerUrl);
    await client.query('BEGIN ISOLATION LEVEL REPEATABLE READ READ ONLY');
    const [sizes] = (await client.query<{ payments: number; postings: number }>(SIZES)).rows;
    const imbalances = (await client.query<Imbalance>(IMBALANCES)).rows;
    const counters = (await client.query<CounterDifference>(COUNTERS)).rows;
    const issuers = askedAt === undefined ? null : await compareSides(client, askedAt);
    const agrees = imbalances.length + counters.length + (issuers?.differenceCount ?? 0) === 0;
    return { agrees, payments: sizes?.payments ?? 0, postings: sizes?.postings ?? 0, imbalances, counters, issuers };
  } finally {
    await client.end();
  }
}

/** Copy the issuers' lines into a temporary table. @returns when that began; undefined: nobody was asked */
async function askIssuers(client: pg.Client, ledgerUrl: string | undefined): Promise<Date | undefined> {
  if (ledgerUrl === undefined) return undefined;
  const { rows } = await client.query<{ at: Date }>(`SELECT clock_timestamp() - interval '${SKEW}' AS at`);
  await client.query(
    `CREATE TEMPORARY TABLE issuer_entry (reference text, kind text, state text, amount bigint, requested bigint, currency text, terminal text, plan text)`,
  );
  for await (const page of readLedger(ledgerUrl)) await client.query(KEEP_PAGE, [JSON.stringify(page)]);
  return rows[0]?.at;
}

function compareSides(client: pg.Client, askedAt: Date): Promise<LedgerComparison> {
  const ours = walk<OwnMovement>(client, { cursor: 'ours', text: OURS, values: [askedAt] });
  const issuers = walk<IssuerEntry>(client, { cursor: 'issuers', text: THEIRS, values: [] });
  return compareLedger(ours, issuers);
}

/** Rows of a query through a cursor of this transaction. */
async function* walk<Row extends object>(
  client: pg.Client,
  query: { readonly cursor: string; readonly text: string; readonly values: readonly unknown[] },
): AsyncGenerator<Row> {
  await client.query(`DECLARE ${query.cursor} NO SCROLL CURSOR FOR ${query.text}`, [...query.values]);
  for (;;) {
    const { rows } = await client.query<Row>(`FETCH ${FETCH} FROM ${query.cursor}`);
    yield* rows;
    if (rows.length < FETCH) return;
  }
}

const KEEP_PAGE = `
  INSERT INTO issuer_entry
  SELECT reference, kind, state, "amountMinor", "requestedMinor", currency, terminal, plan
    FROM jsonb_to_recordset($1::jsonb) AS line(reference text, kind text, state text, "amountMinor" bigint, "requestedMinor" bigint, currency text, terminal text, plan text)`;

const OPEN = `('created', 'sending', 'sent_unknown', 'in_doubt')`;

/** The plan as JP01 says it, from what the payment keeps: worked out here by itself, so that the writer of messages is checked too. */
const PLAN = `
  (p.plan ->> 'code') || lpad(coalesce(p.plan ->> 'count', '0'), 2, '0') || lpad(coalesce(p.plan ->> 'firstMonth', '0'), 2, '0')
    || jsonb_array_length(coalesce(p.plan -> 'bonuses', '[]'))
    || coalesce((SELECT string_agg(lpad(bonus ->> 'month', 2, '0') || lpad(bonus ->> 'amountMinor', 12, '0'), '' ORDER BY place)
                   FROM jsonb_array_elements(p.plan -> 'bonuses') WITH ORDINALITY AS each(bonus, place)), '')`;

/** A movement whose reversal is open moves too: the issuer may have taken it back already. */
const OURS = `
  SELECT ((a.network ->> 'link') || '|' || (a.network ->> 'rrn') || '|' || (a.network ->> 'localTime')) COLLATE "C" AS reference,
         a.payment_id AS "paymentId", a.id AS "attemptId", a.kind, a.status, coalesce(a.approved_minor, a.amount_minor)::float8 AS "amountMinor",
         p.currency, p.acceptor ->> 'terminal' AS terminal, ${PLAN} AS plan,
         (a.status IN ${OPEN} OR v.is_open IS TRUE) AS "isMoving", (a.updated_at >= $1 OR v.is_young IS TRUE) AS "isYoung"
    FROM gateway.attempt a
    JOIN gateway.payment p ON p.tenant_id = a.tenant_id AND p.id = a.payment_id
    LEFT JOIN (SELECT tenant_id, original_attempt_id, bool_or(status IN ${OPEN}) AS is_open, bool_or(updated_at >= $1) AS is_young
                 FROM gateway.attempt WHERE kind = 'void' GROUP BY tenant_id, original_attempt_id) v
           ON v.tenant_id = a.tenant_id AND v.original_attempt_id = a.id
   WHERE a.kind <> 'void'
   ORDER BY 1 NULLS FIRST`;

const THEIRS = `
  SELECT reference, kind, state, amount::float8 AS "amountMinor", requested::float8 AS "requestedMinor", currency, terminal, plan
    FROM issuer_entry ORDER BY reference COLLATE "C"`;
