import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * A store names its contract on how holders are verified, a terminal what its reader can do; what both mean is a row of the presentment
 * table of payments. Additive; safe while the previous release is running. Stores that exist keep the standard rules.
 */
export class NameVerificationContracts1795000001040 implements MigrationInterface {
  readonly name = 'NameVerificationContracts1795000001040';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table gateway.store add column verification_contract text not null default 'standard'
        constraint store_verification_contract check (verification_contract ~ '^[a-z][a-z0-9_]{0,39}$');
      alter table gateway.terminal add column reader text not null default 'pin_pad'
        constraint terminal_reader check (reader in ('pin_pad', 'no_pin_pad'))`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table gateway.terminal drop column reader;
      alter table gateway.store drop column verification_contract`);
  }
}
