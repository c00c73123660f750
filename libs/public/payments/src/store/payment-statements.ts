import { sql } from '@tsunagu/platform';

/**
 * SQL of the money path. Partitions are pruned by `id`: an attempt, a refund or a posting is made after its payment,
 * so `id >= <a day before the payment>` leaves out former partitions and forgives a clock that is behind. The prepared ones of the coming
 * months are left out by an upper edge a month ahead: wider than any clock can be wrong without everything else failing first.
 */

export const lockPatience = sql('payment_lock_patience', `SELECT set_config('lock_timeout', '2000', true)`);

export const findIntent = sql(
  'payment_find_intent',
  `SELECT
     (SELECT json_build_object('fingerprint', fingerprint, 'paymentId', payment_id, 'resourceId', resource_id)
        FROM gateway.idempotency WHERE tenant_id = $1 AND key = $2) AS by_key,
     (SELECT json_build_object('fingerprint', fingerprint, 'paymentId', payment_id)
        FROM gateway.payment_reference WHERE tenant_id = $1 AND client_reference = $3) AS by_reference`,
);

const PAYMENT_COLUMNS = `tenant_id, id, store_id, terminal_id, client_reference, kind, method, status, amount_minor, currency,
  token_id, card, entry_mode, plan, slip_no, clerk, metadata, acceptor, sequence, business_date, cut_off_minutes, origin_node,
  created_at, updated_at, presentment, action, held_sad, held_account, dcc, approval_source, expires_at`;

const ATTEMPT_COLUMNS = `tenant_id, id, payment_id, ordinal, kind, method, status, amount_minor, original_attempt_id, refund_id,
  is_closing, void_order, envelope_sad, envelope_account, due_at, request_id, created_at, updated_at, extra`;

/** One statement for the whole promise: either all rows exist or the caller rolls back. */
export const insertIntake = sql(
  'payment_insert_intake',
  `WITH intent AS (
     INSERT INTO gateway.idempotency (tenant_id, key, fingerprint, payment_id, resource_id, created_at)
     VALUES ($1, $2, $3, $4, $4, $25) ON CONFLICT DO NOTHING RETURNING 1),
   reference AS (
     INSERT INTO gateway.payment_reference (tenant_id, client_reference, payment_id, fingerprint, created_at)
     SELECT $1, $7, $4, $3, $25 FROM intent ON CONFLICT DO NOTHING RETURNING 1),
   payment AS (
     INSERT INTO gateway.payment (${PAYMENT_COLUMNS})
     SELECT $1, $4, $5, $6, $7, $8, $9, $31, $10, $11, $12, $13, $14, $15, $16, $17, $18, $19, $20, $21, $22, $23, $24, $24,
       $32, $33, $34, $35, $36, $37, $38
       FROM reference RETURNING 1),
   attempt AS (
     INSERT INTO gateway.attempt (${ATTEMPT_COLUMNS})
     SELECT $1, $26::uuid, $4, 1, $8, $9, 'created', $10, NULL, NULL, false, NULL, $27, $28, $29, $30, $24, $24, $39
       FROM payment WHERE $26::uuid IS NOT NULL RETURNING 1)
   SELECT (SELECT count(*)::int FROM intent) AS intents, (SELECT count(*)::int FROM payment) AS payments`,
);

export const insertIntent = sql(
  'payment_insert_intent',
  `INSERT INTO gateway.idempotency (tenant_id, key, fingerprint, payment_id, resource_id, created_at)
   VALUES ($1, $2, $3, $4, $5, now()) ON CONFLICT DO NOTHING RETURNING key`,
);

export const burnReference = sql(
  'payment_burn_reference',
  `INSERT INTO gateway.payment_reference (tenant_id, client_reference, payment_id, fingerprint, created_at)
   VALUES ($1, $2, NULL, NULL, $3) ON CONFLICT DO NOTHING RETURNING client_reference`,
);

/** The payment is read by its key after the claim: joined to it, the planner may walk all payments of a tenant it does not know yet. */
export const claimAttempt = sql(
  'payment_claim_attempt',
  `WITH claimed AS (
     UPDATE gateway.attempt SET status = 'sending', claimed_until = $4, claimed_by = $6, due_at = $4, bells = 0, updated_at = $3
      WHERE tenant_id = $1 AND id = $2 AND (status = 'created' OR (status = 'sending' AND claimed_until <= $3))
      RETURNING *)
   SELECT to_jsonb(a) AS attempt,
     (SELECT to_jsonb(p) FROM gateway.payment p WHERE p.tenant_id = $1 AND p.id = a.payment_id AND p.id < $5) AS payment
   FROM claimed a`,
);

export const relinquishAttempt = sql(
  'payment_relinquish_attempt',
  `UPDATE gateway.attempt SET claimed_until = created_at, due_at = $4
    WHERE tenant_id = $1 AND id = $2 AND status = 'sending' AND claimed_until = $3 AND claimed_by = $5`,
);

export const lockPayment = sql(
  'payment_lock',
  `SELECT to_jsonb(p) AS payment FROM gateway.payment p WHERE tenant_id = $1 AND id = $2 FOR UPDATE`,
);

/** A statement of its own after the lock: a subquery of the locking statement would still see the former snapshot. */
export const lockChildren = sql(
  'payment_lock_children',
  `SELECT (SELECT jsonb_agg(to_jsonb(a) ORDER BY a.ordinal) FROM (
            SELECT * FROM gateway.attempt WHERE tenant_id = $1 AND payment_id = $2 AND id >= $3 AND id < $4 FOR UPDATE) a) AS attempts,
          (SELECT jsonb_agg(to_jsonb(r) ORDER BY r.created_at, r.id)
             FROM gateway.refund r WHERE tenant_id = $1 AND payment_id = $2) AS refunds`,
);

/** The card of a payment that waits for the till; a row only while it waits. */
export const heldCard = sql(
  'payment_held_card',
  `SELECT held_sad, held_account FROM gateway.payment WHERE tenant_id = $1 AND id = $2 AND held_account IS NOT NULL`,
);

/** Whether the telephone's answer to a decline was posted: its name is claimed then (voice/plan-voice.ts). Asked of declines alone. */
const VOICE_POSTED = `CASE WHEN p.status = 'declined' THEN EXISTS (SELECT FROM gateway.payment_reference v
     WHERE v.tenant_id = p.tenant_id AND v.client_reference = 'voice of ' || p.id::text) ELSE false END AS voice_posted`;

/** What reads select: a payment and its children in one snapshot, without sealed cards. */
export const RECORD_COLUMNS = `to_jsonb(p) - 'held_sad' - 'held_account' AS payment,
  (SELECT jsonb_agg(to_jsonb(a) - 'envelope_sad' - 'envelope_account' ORDER BY a.ordinal)
     FROM gateway.attempt a WHERE a.tenant_id = p.tenant_id AND a.payment_id = p.id) AS attempts,
  (SELECT jsonb_agg(to_jsonb(r) ORDER BY r.created_at, r.id)
     FROM gateway.refund r WHERE r.tenant_id = p.tenant_id AND r.payment_id = p.id) AS refunds,
  ${VOICE_POSTED}`;

export const loadRecord = sql(
  'payment_load_record',
  `SELECT to_jsonb(p) - 'held_sad' - 'held_account' AS payment,
     (SELECT jsonb_agg(to_jsonb(a) - 'envelope_sad' - 'envelope_account' ORDER BY a.ordinal)
        FROM gateway.attempt a WHERE a.tenant_id = $1 AND a.payment_id = $2 AND a.id >= $3 AND a.id < $4) AS attempts,
     (SELECT jsonb_agg(to_jsonb(r) ORDER BY r.created_at, r.id)
        FROM gateway.refund r WHERE r.tenant_id = $1 AND r.payment_id = $2) AS refunds,
     ${VOICE_POSTED}
   FROM gateway.payment p WHERE p.tenant_id = $1 AND p.id = $2`,
);

/** A row that is not in its expected state divides by zero: the transaction ends, and nothing of it is written. */
const expectOne = (update: string) => `WITH written AS (${update} RETURNING 1) SELECT 1 / count(*)::int FROM written`;

export const updatePayment = sql(
  'payment_update',
  expectOne(`UPDATE gateway.payment SET status = $5, reason = $6, authorized_minor = $7, captured_minor = $8, capture_pending_minor = $9,
     refunded_minor = $10, refund_pending_minor = $11, approval_code = $12, action_code = $13, emv_response = $14,
     cancel_requested = $15, sequence = $16, updated_at = $17, method = $18, entry_mode = $19, presentment = $20, action = $21,
     held_sad = $22, held_account = $23, dcc = $24, approval_source = $25, expires_at = $26, capture_tolerance_percent = $27
   WHERE tenant_id = $1 AND id = $2 AND status = $3 AND sequence = $4`),
);

export const updateAttempt = sql(
  'payment_update_attempt',
  expectOne(`UPDATE gateway.attempt SET status = $4, approved_minor = $5, action_code = $6, approval_code = $7, reason = $8, network = $9,
     envelope_sad = $10, envelope_account = $11, claimed_until = $12, due_at = $13, bells = $14, updated_at = $15
   WHERE tenant_id = $1 AND id = $2 AND status = $3`),
);

export const insertAttempt = sql(
  'payment_insert_attempt',
  `INSERT INTO gateway.attempt (${ATTEMPT_COLUMNS})
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17, $17, $18)`,
);

export const upsertRefund = sql(
  'payment_upsert_refund',
  `INSERT INTO gateway.refund (tenant_id, id, payment_id, kind, status, amount_minor, currency, attempt_id, created_at, updated_at, slip_no)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11)
   ON CONFLICT (tenant_id, id) DO UPDATE SET status = EXCLUDED.status, attempt_id = EXCLUDED.attempt_id, updated_at = EXCLUDED.updated_at`,
);

export const insertPostings = sql(
  'payment_insert_postings',
  `INSERT INTO gateway.posting (tenant_id, id, payment_id, attempt_id, movement, account, side, amount_minor, currency, business_date, created_at)
   SELECT $1, line.id, $2, line.attempt_id, line.movement, line.account, line.side, line.amount_minor, $3, $4, $5
     FROM unnest($6::uuid[], $7::uuid[], $8::text[], $9::text[], $10::text[], $11::bigint[])
       AS line (id, attempt_id, movement, account, side, amount_minor)`,
);

/** Both append-only: an offer is what was shown, a choice is what was said. */
export const insertOffer = sql(
  'payment_insert_offer',
  `INSERT INTO gateway.dcc_offer (tenant_id, id, payment_id, store_id, local_minor, local_currency, foreign_minor, currency, rate, markup_bps,
     rate_source, rate_at, expires_at, provider_reference, disclaimer, disclosure, created_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15, $16, $17)`,
);

export const insertChoice = sql(
  'payment_insert_choice',
  `INSERT INTO gateway.dcc_choice (tenant_id, id, payment_id, offer_id, choice, chosen_at, terminal_id, request_id, shown_at,
     screen_template_version, rendered_text_hash, locale, record_hash)
   VALUES ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13)`,
);

/** Once a payment, and never changed: a second row has no room, and the caller rolls back. */
export const keepSignature = sql(
  'payment_keep_signature',
  `WITH signed AS (
     UPDATE gateway.payment SET signature_at = $3, signature_sha256 = $4 WHERE tenant_id = $1 AND id = $2 RETURNING 1)
   INSERT INTO gateway.payment_signature (tenant_id, payment_id, received_at, request_id, png)
   SELECT $1, $2, $3, $5, $6 FROM signed`,
);

export const takeExpired = sql(
  'payment_take_expired',
  `SELECT tenant_id AS "tenantId", payment_id AS "paymentId" FROM gateway.take_expired_payments($1, $2, $3)`,
);

export const takeDue = sql(
  'payment_take_due',
  `SELECT tenant_id, attempt_id, payment_id, original_attempt_id, kind, method, bells FROM gateway.take_due_attempts($1, $2, $3, $4, $5, $6)`,
);
