import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The code of Japanese card terminals that came with a refusal. Additive; safe while the previous release is running. */
export class KeepDomesticCodes1795000020094 implements MigrationInterface {
  readonly name = 'KeepDomesticCodes1795000020094';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table switch.journal add column domestic_code text
        constraint journal_domestic_code check (length(domestic_code) <= 6);
      comment on column switch.journal.domestic_code is 'As it came, even when it is none'`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('alter table switch.journal drop column domestic_code');
  }
}
