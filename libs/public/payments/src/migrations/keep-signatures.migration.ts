import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Signatures of cardholders, and slip numbers of refunds. Additive; safe while the previous release is running: it writes neither, and a
 * payment without a signature is one that nobody has signed.
 */
export class KeepSignatures1795000002021 implements MigrationInterface {
  readonly name = 'KeepSignatures1795000002021';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      ALTER TABLE gateway.payment
        ADD COLUMN signature_at timestamptz,
        ADD COLUMN signature_sha256 char(64) CONSTRAINT payment_signature_hash CHECK (signature_sha256 ~ '^[0-9a-f]{64}$'),
        ADD CONSTRAINT payment_signature CHECK ((signature_at IS NULL) = (signature_sha256 IS NULL));
      COMMENT ON COLUMN gateway.payment.signature_at IS 'When the holder had signed';
      ALTER TABLE gateway.refund ADD COLUMN slip_no varchar(64);

      CREATE TABLE gateway.payment_signature (
        tenant_id uuid NOT NULL, payment_id uuid NOT NULL,
        received_at timestamptz NOT NULL, request_id varchar(80) NOT NULL,
        png bytea NOT NULL
          CONSTRAINT payment_signature_size CHECK (octet_length(png) BETWEEN 57 AND 204800)
          CONSTRAINT payment_signature_png CHECK (substring(png FROM 1 FOR 8) = '\\x89504e470d0a1a0a'),
        CONSTRAINT payment_signature_pkey PRIMARY KEY (tenant_id, payment_id));
      COMMENT ON TABLE gateway.payment_signature IS 'The signature of a cardholder, written anew by us: pixels and nothing else; append only';
      ALTER TABLE gateway.payment_signature ALTER COLUMN png SET STORAGE EXTERNAL;
      ALTER TABLE gateway.payment_signature ENABLE ROW LEVEL SECURITY;
      ALTER TABLE gateway.payment_signature FORCE ROW LEVEL SECURITY;
      CREATE POLICY payment_signature_tenant ON gateway.payment_signature
        USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
        WITH CHECK (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
      REVOKE UPDATE, DELETE, TRUNCATE ON gateway.payment_signature FROM tsunagu_gateway`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      DROP TABLE gateway.payment_signature;
      ALTER TABLE gateway.refund DROP COLUMN slip_no;
      ALTER TABLE gateway.payment DROP CONSTRAINT payment_signature, DROP COLUMN signature_sha256, DROP COLUMN signature_at`);
  }
}
