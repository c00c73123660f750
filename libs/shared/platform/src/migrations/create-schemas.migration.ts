import type { MigrationInterface, QueryRunner } from 'typeorm';

const ZONES = ['gateway', 'vault', 'switch'] as const;

/** One schema per zone, each for its own role only; what the owner creates later is granted by default. */
export class CreateSchemas1795000000002 implements MigrationInterface {
  readonly name = 'CreateSchemas1795000000002';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter default privileges revoke execute on functions from public`);
    for (const zone of ZONES) {
      const role = `tsunagu_${zone}`;
      await db.query(`
        create schema if not exists ${zone};
        revoke all on schema ${zone} from public;
        grant usage on schema ${zone} to ${role};
        alter default privileges in schema ${zone} grant select, insert, update, delete on tables to ${role};
        alter default privileges in schema ${zone} grant usage, select on sequences to ${role};
        alter default privileges in schema ${zone} grant execute on functions to ${role};
        alter default privileges in schema ${zone} revoke truncate on tables from ${role};
        create table ${zone}.heartbeat (node text not null constraint heartbeat_pkey primary key, beaten_at timestamptz not null)`);
    }
    await db.query(`create schema if not exists bullmq; grant usage, create on schema bullmq to tsunagu_gateway`);
  }

  async down(db: QueryRunner): Promise<void> {
    for (const zone of ZONES) await db.query(`drop schema ${zone} cascade`);
    await db.query('drop schema bullmq cascade');
  }
}
