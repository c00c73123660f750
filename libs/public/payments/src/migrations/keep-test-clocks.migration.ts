import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Clocks of the tenants of a sandbox. Additive; safe while the previous release is running. */
export class KeepTestClocks1795000002022 implements MigrationInterface {
  readonly name = 'KeepTestClocks1795000002022';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE gateway.test_clock (
        tenant_id uuid NOT NULL, id uuid NOT NULL, name varchar(80) NOT NULL,
        ahead_ms bigint NOT NULL DEFAULT 0 CONSTRAINT test_clock_ahead CHECK (ahead_ms >= 0),
        created_at timestamptz NOT NULL,
        CONSTRAINT test_clock_pkey PRIMARY KEY (tenant_id, id),
        CONSTRAINT test_clock_one UNIQUE (tenant_id));
      COMMENT ON TABLE gateway.test_clock IS
        'How far the open payments of a tenant of the sandbox are ahead of the house; empty where money is real';
      ALTER TABLE gateway.test_clock ENABLE ROW LEVEL SECURITY;
      ALTER TABLE gateway.test_clock FORCE ROW LEVEL SECURITY;
      CREATE POLICY test_clock_tenant ON gateway.test_clock
        USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
        WITH CHECK (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE gateway.test_clock`);
  }
}
