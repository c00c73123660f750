import type { MigrationInterface, QueryRunner } from 'typeorm';

/** One-use codes for loading readers, and how far the counter of each reader is. Additive. */
export class CreateEnrolmentCodes1795000010012 implements MigrationInterface {
  readonly name = 'CreateEnrolmentCodes1795000010012';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table vault.enrolment_code (
        tenant_id uuid not null,
        terminal_id uuid not null,
        proof bytea not null constraint enrolment_code_proof check (length(proof) = 32),
        profile text not null,
        zone text not null,
        expires_at timestamptz not null,
        guesses int not null,
        used_at timestamptz,
        constraint enrolment_code_pkey primary key (tenant_id, terminal_id));
      alter table vault.enrolment_code enable row level security; alter table vault.enrolment_code force row level security;
      create policy enrolment_code_tenant on vault.enrolment_code
        using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
      drop function vault.device_inventory(uuid, int);
      create function vault.device_inventory(after uuid, most int) returns table
        (tenant_id uuid, id uuid, terminal_id uuid, profile text, initial_key_id text, bdk_id text, state text, created_at timestamptz, used bigint)
        language sql stable security definer set search_path = vault, pg_temp as $f$
          select d.tenant_id, d.id, d.terminal_id, d.profile, d.initial_key_id, d.bdk_id, d.state, d.created_at, coalesce(c.highest_rank, 0)
          from vault.device d left join vault.device_counter c on c.tenant_id = d.tenant_id and c.initial_key_id = d.initial_key_id
          where after is null or d.id > after order by d.id limit most
        $f$`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      drop function vault.device_inventory(uuid, int);
      create function vault.device_inventory(after uuid, most int) returns table
        (tenant_id uuid, id uuid, terminal_id uuid, profile text, initial_key_id text, bdk_id text, state text, created_at timestamptz)
        language sql stable security definer set search_path = vault, pg_temp as $f$
          select d.tenant_id, d.id, d.terminal_id, d.profile, d.initial_key_id, d.bdk_id, d.state, d.created_at from vault.device d
          where after is null or d.id > after order by d.id limit most
        $f$;
      drop table vault.enrolment_code`);
  }
}
