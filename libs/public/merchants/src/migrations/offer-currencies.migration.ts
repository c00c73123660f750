import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Currencies in which a store lets foreign holders pay (DCC). Additive; safe while the previous release is running. Stores that exist
 * offer none.
 */
export class OfferCurrencies1795000001020 implements MigrationInterface {
  readonly name = 'OfferCurrencies1795000001020';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table gateway.store add column dcc_currencies text[] not null default '{}'
        constraint store_dcc_currencies check (array_to_string(dcc_currencies, ',') ~ '^([A-Z]{3}(,[A-Z]{3})*)?$')`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`alter table gateway.store drop column dcc_currencies`);
  }
}
