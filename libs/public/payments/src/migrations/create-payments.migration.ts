import type { MigrationInterface, QueryRunner } from 'typeorm';

const TENANT_TABLES = ['payment', 'attempt', 'posting', 'refund', 'payment_reference', 'idempotency'] as const;
const PARTITIONED = ['payment', 'attempt', 'posting'] as const;

/**
 * Payments, attempts, refunds, references, intents and the books. Additive; safe while the previous release is running.
 *
 * No foreign keys between partitioned tables: each would cost a look-up and a share lock per row of the money path, and
 * would hold old partitions for ever. One transaction under the payment's lock writes them together.
 */
export class CreatePayments1795000002000 implements MigrationInterface {
  readonly name = 'CreatePayments1795000002000';

  async up(db: QueryRunner): Promise<void> {
    await db.query(PAYMENT);
    await db.query(ATTEMPT);
    await db.query(SMALL_TABLES);
    await db.query(POSTING);
    for (const table of TENANT_TABLES) {
      await db.query(`
        ALTER TABLE gateway.${table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE gateway.${table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY ${table}_tenant ON gateway.${table}
          USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
          WITH CHECK (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)`);
    }
    for (const table of PARTITIONED) {
      await db.query(
        `SELECT gateway.ensure_partitions('gateway.${table}', (now() at time zone 'UTC' - interval '1 month')::date, 4)`,
      );
    }
    await db.query(FUNCTIONS);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP FUNCTION gateway.keep_payments_in_order(timestamptz, int);
      DROP FUNCTION gateway.take_due_attempts(text, timestamptz, text[], int, int, int)`);
    for (const table of TENANT_TABLES) await db.query(`DROP TABLE gateway.${table}`);
  }
}

const PAYMENT = `
  CREATE TABLE gateway.payment (
    tenant_id uuid NOT NULL, id uuid NOT NULL,
    store_id uuid NOT NULL, terminal_id uuid NOT NULL,
    client_reference varchar(64) NOT NULL,
    kind varchar(8) NOT NULL CONSTRAINT payment_kind CHECK (kind IN ('sale', 'auth')),
    method varchar(16) NOT NULL,
    status varchar(24) NOT NULL,
    reason varchar(64),
    amount_minor bigint NOT NULL CONSTRAINT payment_amount_range CHECK (amount_minor BETWEEN 1 AND 999999999999),
    currency char(3) NOT NULL,
    authorized_minor bigint NOT NULL DEFAULT 0,
    captured_minor bigint NOT NULL DEFAULT 0,
    capture_pending_minor bigint NOT NULL DEFAULT 0,
    refunded_minor bigint NOT NULL DEFAULT 0,
    refund_pending_minor bigint NOT NULL DEFAULT 0,
    token_id uuid NOT NULL,
    card jsonb NOT NULL,
    entry_mode varchar(16) NOT NULL,
    plan jsonb, slip_no varchar(64), clerk varchar(64),
    metadata jsonb NOT NULL DEFAULT '{}',
    acceptor jsonb NOT NULL,
    approval_code varchar(6), action_code varchar(4),
    emv_response varchar(510) CONSTRAINT payment_emv_response_hex CHECK (emv_response ~ '^([0-9A-Fa-f]{2})*$'),
    cancel_requested boolean NOT NULL DEFAULT false,
    sequence int NOT NULL,
    business_date date NOT NULL, cut_off_minutes int NOT NULL DEFAULT 0,
    origin_node varchar(40) NOT NULL,
    created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
    CONSTRAINT payment_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT payment_counters_not_negative CHECK (
      authorized_minor >= 0 AND captured_minor >= 0 AND capture_pending_minor >= 0 AND refunded_minor >= 0 AND refund_pending_minor >= 0),
    CONSTRAINT payment_captured_within_authorized CHECK (captured_minor + capture_pending_minor <= authorized_minor),
    CONSTRAINT payment_refunded_within_captured CHECK (refunded_minor + refund_pending_minor <= captured_minor),
    CONSTRAINT payment_card_is_display_only CHECK (
      card - ARRAY['brand', 'bin6', 'last4', 'expMonth', 'expYear', 'funding', 'country', 'issuerName'] = '{}'::jsonb
      AND length(card ->> 'bin6') <= 6 AND length(card ->> 'last4') <= 4)
  ) PARTITION BY RANGE (id);
  CREATE INDEX payment_open_by_terminal ON gateway.payment (tenant_id, terminal_id)
    WHERE status IN ('processing', 'requires_action', 'unknown');
  COMMENT ON TABLE gateway.payment IS 'What a customer owes for one order. Holds a token, BIN and last four; never a card number';
  COMMENT ON COLUMN gateway.payment.emv_response IS 'Field 55 of the answer for the till: no sensitive tag is ever in an answer'`;

const ATTEMPT = `
  CREATE TABLE gateway.attempt (
    tenant_id uuid NOT NULL, id uuid NOT NULL, payment_id uuid NOT NULL,
    ordinal int NOT NULL,
    kind varchar(8) NOT NULL CONSTRAINT attempt_kind CHECK (kind IN ('auth', 'sale', 'capture', 'void', 'refund')),
    method varchar(16) NOT NULL,
    status varchar(24) NOT NULL,
    amount_minor bigint NOT NULL CONSTRAINT attempt_amount_range CHECK (amount_minor BETWEEN 1 AND 999999999999),
    approved_minor bigint CONSTRAINT attempt_approved_within_amount CHECK (approved_minor BETWEEN 0 AND amount_minor),
    action_code varchar(4), approval_code varchar(6), reason varchar(64),
    network jsonb,
    original_attempt_id uuid, refund_id uuid,
    is_closing boolean NOT NULL DEFAULT false,
    void_order varchar(24),
    envelope_sad text, envelope_account text,
    claimed_until timestamptz, due_at timestamptz, bells int NOT NULL DEFAULT 0,
    request_id varchar(80) NOT NULL,
    created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
    CONSTRAINT attempt_pkey PRIMARY KEY (tenant_id, id),
    CONSTRAINT attempt_envelope_only_before_answer CHECK (
      status IN ('created', 'sending', 'stored_offline') OR (envelope_sad IS NULL AND envelope_account IS NULL)),
    CONSTRAINT attempt_envelope_parts CHECK (envelope_sad LIKE 'sad.%' AND envelope_account LIKE 'account.%'),
    CONSTRAINT attempt_offline_keeps_no_sad CHECK (status <> 'stored_offline' OR envelope_sad IS NULL),
    CONSTRAINT attempt_open_is_due CHECK (
      (status IN ('created', 'sending', 'sent_unknown', 'in_doubt')) = (due_at IS NOT NULL))
  ) PARTITION BY RANGE (id);
  CREATE INDEX attempt_by_payment ON gateway.attempt (tenant_id, payment_id, id);
  CREATE INDEX attempt_due ON gateway.attempt (method, due_at) WHERE due_at IS NOT NULL;
  COMMENT ON TABLE gateway.attempt IS 'One try to move money. In state created the row is the outbox; due_at is when somebody must look again';
  COMMENT ON COLUMN gateway.attempt.envelope_sad IS 'Sealed sensitive data: the only column of this schema that may hold any; unreadable after minutes, erased with the answer';
  COMMENT ON COLUMN gateway.attempt.envelope_account IS 'Sealed account: erased with the answer'`;

const SMALL_TABLES = `
  CREATE TABLE gateway.payment_reference (
    tenant_id uuid NOT NULL, client_reference varchar(64) NOT NULL,
    payment_id uuid, fingerprint char(64), created_at timestamptz NOT NULL,
    CONSTRAINT payment_reference_pkey PRIMARY KEY (tenant_id, client_reference),
    CONSTRAINT payment_reference_named_or_burned CHECK ((payment_id IS NULL) = (fingerprint IS NULL)));
  COMMENT ON TABLE gateway.payment_reference IS 'Client references for ever, whole: unique per tenant. Without a payment the reference is burned';

  CREATE TABLE gateway.idempotency (
    tenant_id uuid NOT NULL, key varchar(255) NOT NULL,
    fingerprint char(64) NOT NULL, payment_id uuid NOT NULL, resource_id uuid NOT NULL, created_at timestamptz NOT NULL,
    CONSTRAINT idempotency_pkey PRIMARY KEY (tenant_id, key));
  CREATE INDEX idempotency_by_age ON gateway.idempotency USING brin (created_at);
  COMMENT ON TABLE gateway.idempotency IS 'Intents of the last 30 days and more';

  CREATE TABLE gateway.refund (
    tenant_id uuid NOT NULL, id uuid NOT NULL, payment_id uuid NOT NULL,
    kind varchar(16) NOT NULL CONSTRAINT refund_kind CHECK (kind IN ('torikeshi', 'henpin')),
    status varchar(16) NOT NULL CONSTRAINT refund_status CHECK (status IN ('processing', 'approved', 'declined', 'unknown')),
    amount_minor bigint NOT NULL CONSTRAINT refund_amount_range CHECK (amount_minor BETWEEN 1 AND 999999999999),
    currency char(3) NOT NULL, attempt_id uuid NOT NULL,
    created_at timestamptz NOT NULL, updated_at timestamptz NOT NULL,
    CONSTRAINT refund_pkey PRIMARY KEY (tenant_id, id));
  CREATE INDEX refund_by_payment ON gateway.refund (tenant_id, payment_id)`;

const POSTING = `
  CREATE TABLE gateway.posting (
    tenant_id uuid NOT NULL, id uuid NOT NULL, payment_id uuid NOT NULL, attempt_id uuid NOT NULL,
    movement varchar(16) NOT NULL, account varchar(40) NOT NULL,
    side varchar(6) NOT NULL CONSTRAINT posting_side CHECK (side IN ('debit', 'credit')),
    amount_minor bigint NOT NULL CONSTRAINT posting_amount_range CHECK (amount_minor BETWEEN 1 AND 999999999999),
    currency char(3) NOT NULL, business_date date NOT NULL, created_at timestamptz NOT NULL,
    CONSTRAINT posting_pkey PRIMARY KEY (tenant_id, id)
  ) PARTITION BY RANGE (id);
  REVOKE UPDATE, DELETE ON gateway.posting FROM tsunagu_gateway;
  COMMENT ON TABLE gateway.posting IS 'The books: append only, debits equal credits in every movement'`;

const FUNCTIONS = `
  CREATE FUNCTION gateway.take_due_attempts(work text, at timestamptz, lanes text[], take int, base_ms int, cap_ms int)
  RETURNS TABLE (tenant_id uuid, attempt_id uuid, payment_id uuid, original_attempt_id uuid, kind text, method text, bells int)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = gateway, pg_temp AS $f$
  #variable_conflict use_column
  DECLARE lane text; due record; wanted text[];
  BEGIN
    wanted := CASE work WHEN 'dispatch' THEN ARRAY['created', 'sending'] WHEN 'unknown' THEN ARRAY['sent_unknown', 'in_doubt'] END;
    FOREACH lane IN ARRAY lanes LOOP
      FOR due IN
        SELECT a.tenant_id AS of_tenant, a.id AS of_id FROM gateway.attempt a
         WHERE a.method = lane AND a.due_at <= at AND a.status = ANY (wanted)
         ORDER BY a.due_at LIMIT take FOR UPDATE OF a SKIP LOCKED
      LOOP
        RETURN QUERY UPDATE gateway.attempt a
           SET bells = a.bells + 1,
               due_at = at + interval '1 millisecond' * CASE a.status WHEN 'in_doubt' THEN 30000
                 ELSE least(cap_ms, base_ms * power(2, least(a.bells, 12))) END
         WHERE a.tenant_id = due.of_tenant AND a.id = due.of_id
        RETURNING a.tenant_id, a.id, a.payment_id, a.original_attempt_id, a.kind::text, a.method::text, a.bells;
      END LOOP;
    END LOOP;
  END $f$;
  COMMENT ON FUNCTION gateway.take_due_attempts(text, timestamptz, text[], int, int, int) IS
    'Work without a tenant: ids of attempts somebody must look at, so many of each lane. Two callers never get the same ones';

  CREATE FUNCTION gateway.keep_payments_in_order(forget_before timestamptz, take int) RETURNS int
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = gateway, pg_temp AS $f$
  DECLARE forgotten int;
  BEGIN
    IF forget_before > now() - interval '30 days' THEN RAISE EXCEPTION 'intents are kept for 30 days'; END IF;
    DELETE FROM gateway.idempotency i USING (
      SELECT tenant_id, key FROM gateway.idempotency WHERE created_at < forget_before LIMIT take FOR UPDATE SKIP LOCKED) old
      WHERE i.tenant_id = old.tenant_id AND i.key = old.key;
    GET DIAGNOSTICS forgotten = ROW_COUNT;
    RETURN forgotten;
  END $f$;
  COMMENT ON FUNCTION gateway.keep_payments_in_order(timestamptz, int) IS
    'Housekeeping: intents past their time';
  GRANT EXECUTE ON FUNCTION gateway.take_due_attempts(text, timestamptz, text[], int, int, int), gateway.keep_payments_in_order(timestamptz, int) TO tsunagu_gateway`;
