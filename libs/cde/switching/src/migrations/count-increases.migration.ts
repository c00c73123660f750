import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * An increase is an authorization (1100), in number and not in amount (§14.2). Safe while the previous release is running: it sends none, so
 * nothing was counted as a debit before.
 */
export class CountIncreases1795000020092 implements MigrationInterface {
  readonly name = 'CountIncreases1795000020092';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create or replace function switch.total_class(p_operation text) returns text language sql immutable as $f$
        select case when p_operation in ('authorize', 'increase') then 'authorization' when p_operation = 'refund' then 'credit' else 'debit' end
      $f$`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      create or replace function switch.total_class(p_operation text) returns text language sql immutable as $f$
        select case p_operation when 'authorize' then 'authorization' when 'refund' then 'credit' else 'debit' end
      $f$`);
  }
}
