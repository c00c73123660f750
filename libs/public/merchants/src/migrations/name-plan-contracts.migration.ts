import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A store names its contract on payment plans; what the name means is a row of the plan table of payments. Additive; safe while the
 * previous release is running. Stores that exist have agreed on nothing.
 */
export class NamePlanContracts1795000001010 implements MigrationInterface {
  readonly name = 'NamePlanContracts1795000001010';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table gateway.store add column plan_contract text not null default 'one_time'
        constraint store_plan_contract check (plan_contract ~ '^[a-z][a-z0-9_]{0,39}$')`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`alter table gateway.store drop column plan_contract`);
  }
}
