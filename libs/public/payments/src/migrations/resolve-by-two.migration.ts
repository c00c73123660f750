import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Attempts in doubt that two people resolve. Additive; safe while the previous release is running: it knows no resolutions. */
export class ResolveByTwo1795000002011 implements MigrationInterface {
  readonly name = 'ResolveByTwo1795000002011';

  async up(db: QueryRunner): Promise<void> {
    await db.query(TABLE);
    await db.query(FUNCTIONS);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP FUNCTION gateway.take_resolutions(timestamptz, int, int);
      DROP FUNCTION gateway.list_in_doubt(int);
      DROP TABLE gateway.resolution`);
  }
}

const TABLE = `
  CREATE TABLE gateway.resolution (
    tenant_id uuid NOT NULL, attempt_id uuid NOT NULL, payment_id uuid NOT NULL,
    verdict varchar(16) NOT NULL CONSTRAINT resolution_verdict CHECK (verdict IN ('approved', 'declined', 'reversed', 'written_off')),
    reason varchar(500) NOT NULL CONSTRAINT resolution_reason_said CHECK (length(reason) >= 10),
    ordered_by varchar(80) NOT NULL, ordered_at timestamptz NOT NULL,
    approved_by varchar(80) CONSTRAINT resolution_two_people CHECK (approved_by <> ordered_by),
    approved_at timestamptz, taken_until timestamptz,
    outcome varchar(16) CONSTRAINT resolution_outcome CHECK (outcome IN ('done', 'overtaken')), ended_at timestamptz,
    CONSTRAINT resolution_pkey PRIMARY KEY (tenant_id, attempt_id),
    CONSTRAINT resolution_approved_before_end CHECK (outcome IS NULL OR approved_by IS NOT NULL));
  CREATE INDEX resolution_approved ON gateway.resolution (approved_at) WHERE approved_at IS NOT NULL AND outcome IS NULL;
  ALTER TABLE gateway.resolution ENABLE ROW LEVEL SECURITY;
  ALTER TABLE gateway.resolution FORCE ROW LEVEL SECURITY;
  CREATE POLICY resolution_tenant ON gateway.resolution
    USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
    WITH CHECK (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
  REVOKE DELETE ON gateway.resolution FROM tsunagu_gateway;
  COMMENT ON TABLE gateway.resolution IS 'How two people end an attempt in doubt: ordered by one, approved by another, carried out by a worker'`;

const FUNCTIONS = `
  CREATE FUNCTION gateway.list_in_doubt(take int)
  RETURNS TABLE (tenant_id uuid, payment_id uuid, attempt_id uuid, kind text, amount_minor bigint, currency text, network jsonb, terminal text,
    since timestamptz, verdict text, reason text, ordered_by text, approved_by text, outcome text)
  LANGUAGE sql SECURITY DEFINER SET search_path = gateway, pg_temp AS $f$
    SELECT a.tenant_id, a.payment_id, a.id, a.kind, a.amount_minor, p.currency, a.network, p.acceptor ->> 'terminal', a.updated_at,
           r.verdict, r.reason, r.ordered_by, r.approved_by, r.outcome
      FROM gateway.attempt a JOIN gateway.payment p ON p.tenant_id = a.tenant_id AND p.id = a.payment_id
      LEFT JOIN gateway.resolution r ON r.tenant_id = a.tenant_id AND r.attempt_id = a.id
     WHERE a.due_at IS NOT NULL AND a.status = 'in_doubt' ORDER BY a.updated_at LIMIT take
  $f$;
  COMMENT ON FUNCTION gateway.list_in_doubt(int) IS 'Work without a tenant, for operators: references and amounts of attempts in doubt, nothing of a card';

  CREATE FUNCTION gateway.take_resolutions(at timestamptz, take int, lease_ms int)
  RETURNS TABLE (tenant_id uuid, payment_id uuid, attempt_id uuid, verdict text, approved_by text)
  LANGUAGE plpgsql SECURITY DEFINER SET search_path = gateway, pg_temp AS $f$
  #variable_conflict use_column
  DECLARE due record;
  BEGIN
    FOR due IN
      SELECT r.tenant_id AS of_tenant, r.attempt_id AS of_id FROM gateway.resolution r
       WHERE r.approved_at IS NOT NULL AND r.outcome IS NULL AND (r.taken_until IS NULL OR r.taken_until <= at)
       ORDER BY r.approved_at LIMIT take FOR UPDATE OF r SKIP LOCKED
    LOOP
      RETURN QUERY UPDATE gateway.resolution r SET taken_until = at + interval '1 millisecond' * lease_ms
       WHERE r.tenant_id = due.of_tenant AND r.attempt_id = due.of_id
      RETURNING r.tenant_id, r.payment_id, r.attempt_id, r.verdict::text, r.approved_by::text;
    END LOOP;
  END $f$;
  COMMENT ON FUNCTION gateway.take_resolutions(timestamptz, int, int) IS
    'Work without a tenant: ids of resolutions that two people agreed on and nobody has carried out';
  GRANT EXECUTE ON FUNCTION gateway.list_in_doubt(int), gateway.take_resolutions(timestamptz, int, int) TO tsunagu_gateway`;
