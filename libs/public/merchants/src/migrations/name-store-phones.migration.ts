import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The number of a store as its slips show it. Additive; safe while the previous release is running. Stores that exist show none. */
export class NameStorePhones1795000001030 implements MigrationInterface {
  readonly name = 'NameStorePhones1795000001030';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table gateway.store add column phone text
        constraint store_phone check (phone ~ '^[0-9+][0-9 ()+-]{3,19}$')`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`alter table gateway.store drop column phone`);
  }
}
