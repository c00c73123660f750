import type { MigrationInterface, QueryRunner } from 'typeorm';

/** What an issuer said to the cashier with its refusal. Additive; safe while the previous release is running. */
export class KeepIssuerMessages1795000020093 implements MigrationInterface {
  readonly name = 'KeepIssuerMessages1795000020093';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table switch.journal add column issuer_message text
        constraint journal_issuer_message check (length(issuer_message) <= 100)`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('alter table switch.journal drop column issuer_message');
  }
}
