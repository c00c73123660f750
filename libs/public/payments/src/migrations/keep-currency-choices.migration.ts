import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = ['dcc_offer', 'dcc_choice'] as const;

/** Offers of a currency and the holders' choices: what is shown to a card network in a dispute. Additive; nothing else reads them. */
export class KeepCurrencyChoices1795000002020 implements MigrationInterface {
  readonly name = 'KeepCurrencyChoices1795000002020';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      CREATE TABLE gateway.dcc_offer (
        tenant_id uuid NOT NULL, id uuid NOT NULL, payment_id uuid NOT NULL, store_id uuid NOT NULL,
        local_minor bigint NOT NULL CONSTRAINT dcc_offer_local_range CHECK (local_minor BETWEEN 1 AND 999999999999),
        local_currency char(3) NOT NULL,
        foreign_minor bigint NOT NULL CONSTRAINT dcc_offer_foreign_range CHECK (foreign_minor BETWEEN 1 AND 999999999999),
        currency char(3) NOT NULL CONSTRAINT dcc_offer_two_currencies CHECK (currency <> local_currency),
        rate varchar(16) NOT NULL CONSTRAINT dcc_offer_rate CHECK (rate ~ '^[0-9]{1,6}([.][0-9]{1,9})?$'),
        markup_bps int NOT NULL CONSTRAINT dcc_offer_markup CHECK (markup_bps BETWEEN 0 AND 10000),
        rate_source text NOT NULL, rate_at timestamptz NOT NULL, expires_at timestamptz NOT NULL,
        provider_reference text NOT NULL, disclaimer text NOT NULL, disclosure jsonb NOT NULL,
        created_at timestamptz NOT NULL,
        CONSTRAINT dcc_offer_pkey PRIMARY KEY (tenant_id, id));
      CREATE INDEX dcc_offer_by_payment ON gateway.dcc_offer (tenant_id, payment_id);
      COMMENT ON TABLE gateway.dcc_offer IS 'What a cardholder was offered, word for word; append only';

      CREATE TABLE gateway.dcc_choice (
        tenant_id uuid NOT NULL, id uuid NOT NULL, payment_id uuid NOT NULL, offer_id uuid NOT NULL,
        choice varchar(8) NOT NULL CONSTRAINT dcc_choice_word CHECK (choice IN ('local', 'foreign')),
        chosen_at timestamptz NOT NULL, terminal_id uuid NOT NULL, request_id varchar(80) NOT NULL,
        shown_at timestamptz, screen_template_version varchar(40),
        rendered_text_hash char(64) CONSTRAINT dcc_choice_text_hash CHECK (rendered_text_hash ~ '^[0-9a-f]{64}$'),
        locale varchar(16),
        record_hash char(64) NOT NULL CONSTRAINT dcc_choice_hash CHECK (record_hash ~ '^[0-9a-f]{64}$'),
        CONSTRAINT dcc_choice_pkey PRIMARY KEY (tenant_id, id),
        CONSTRAINT dcc_choice_once UNIQUE (tenant_id, payment_id),
        CONSTRAINT dcc_choice_offer FOREIGN KEY (tenant_id, offer_id) REFERENCES gateway.dcc_offer (tenant_id, id));
      COMMENT ON TABLE gateway.dcc_choice IS 'What a cardholder chose, once a payment; append only. The hash is of the choice and its offer';
      REVOKE UPDATE, DELETE, TRUNCATE ON gateway.dcc_offer, gateway.dcc_choice FROM tsunagu_gateway`);
    for (const table of TABLES) {
      await db.query(`
        ALTER TABLE gateway.${table} ENABLE ROW LEVEL SECURITY;
        ALTER TABLE gateway.${table} FORCE ROW LEVEL SECURITY;
        CREATE POLICY ${table}_tenant ON gateway.${table}
          USING (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)
          WITH CHECK (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)`);
    }
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`DROP TABLE gateway.dcc_choice, gateway.dcc_offer`);
  }
}
