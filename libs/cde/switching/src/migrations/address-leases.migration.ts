import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where the leader of a link is asked. Additive; the previous release leaves it empty, and is then not asked. */
export class AddressLeases1795000020061 implements MigrationInterface {
  readonly name = 'AddressLeases1795000020061';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`alter table switch.link_lease add column address text not null default ''`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`alter table switch.link_lease drop column address`);
  }
}
