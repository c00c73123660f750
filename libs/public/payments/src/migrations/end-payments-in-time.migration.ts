import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Captures beyond what was authorized, where the brand tolerates them, and the clock that ends payments. Additive; safe while the
 * previous release is running: it captures no more than was authorized, and ends nothing.
 */
export class EndPaymentsInTime1795000002010 implements MigrationInterface {
  readonly name = 'EndPaymentsInTime1795000002010';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE gateway.payment
        ADD COLUMN capture_tolerance_percent int NOT NULL DEFAULT 0
          CONSTRAINT payment_capture_tolerance CHECK (capture_tolerance_percent BETWEEN 0 AND 99),
        ADD COLUMN expiry_taken_until timestamptz,
        DROP CONSTRAINT payment_captured_within_authorized,
        ADD CONSTRAINT payment_captured_within_authorized CHECK (
          captured_minor + capture_pending_minor <= authorized_minor + authorized_minor * capture_tolerance_percent / 100);
      COMMENT ON COLUMN gateway.payment.expiry_taken_until IS 'Some worker is ending this payment; until then no other one tries';

      CREATE FUNCTION gateway.take_expired_payments(at timestamptz, take int, lease_ms int)
      RETURNS TABLE (tenant_id uuid, payment_id uuid)
      LANGUAGE plpgsql SECURITY DEFINER SET search_path = gateway, pg_temp AS $f$
      #variable_conflict use_column
      DECLARE due record;
      BEGIN
        FOR due IN
          SELECT p.tenant_id AS of_tenant, p.id AS of_id FROM gateway.payment p
           WHERE p.expires_at <= at AND (p.expiry_taken_until IS NULL OR p.expiry_taken_until <= at)
           ORDER BY p.expires_at LIMIT take FOR UPDATE OF p SKIP LOCKED
        LOOP
          RETURN QUERY UPDATE gateway.payment p SET expiry_taken_until = at + interval '1 millisecond' * lease_ms
           WHERE p.tenant_id = due.of_tenant AND p.id = due.of_id RETURNING p.tenant_id, p.id;
        END LOOP;
      END $f$;
      COMMENT ON FUNCTION gateway.take_expired_payments(timestamptz, int, int) IS
        'Work without a tenant: ids of payments whose time is over. Two callers never get the same ones while a lease lasts';
      GRANT EXECUTE ON FUNCTION gateway.take_expired_payments(timestamptz, int, int) TO tsunagu_gateway`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP FUNCTION gateway.take_expired_payments(timestamptz, int, int);
      ALTER TABLE gateway.payment
        DROP CONSTRAINT payment_captured_within_authorized,
        ADD CONSTRAINT payment_captured_within_authorized CHECK (captured_minor + capture_pending_minor <= authorized_minor) NOT VALID,
        DROP COLUMN expiry_taken_until, DROP COLUMN capture_tolerance_percent`);
  }
}
