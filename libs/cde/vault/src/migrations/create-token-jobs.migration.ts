import type { MigrationInterface, QueryRunner } from 'typeorm';
import { eraseTenantSlice } from './order-tenant-changes.migration.js';

/**
 * Files of cards that come from a partner or leave for one, line by line: a line without a code is work to do, so a job that was killed
 * goes on where it was. Lines hold cards under the partner's key only. Additive.
 */
export class CreateTokenJobs1795000010022 implements MigrationInterface {
  readonly name = 'CreateTokenJobs1795000010022';

  async up(db: QueryRunner): Promise<void> {
    await db.query(JOBS);
    for (const table of ['token_job', 'token_job_line']) {
      await db.query(`
        alter table vault.${table} enable row level security; alter table vault.${table} force row level security;
        create policy ${table}_tenant on vault.${table}
          using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
        revoke delete on vault.${table} from tsunagu_vault`);
    }
    await db.query(eraseTenantSlice(ERASE_JOBS));
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(eraseTenantSlice(''));
    await db.query('drop function vault.token_jobs_due(int); drop table vault.token_job_line, vault.token_job');
  }
}

/** An erased tenant keeps no file of cards either. */
const ERASE_JOBS = `delete from vault.token_job_line l where l.tenant_id = erased; delete from vault.token_job j where j.tenant_id = erased;`;

const JOBS = `
  create table vault.token_job (
    tenant_id uuid not null,
    id uuid not null,
    kind text not null constraint token_job_kind check (kind in ('import', 'export')),
    key_id text not null constraint token_job_key references vault.key_record (id),
    state text not null constraint token_job_state check (state in ('requested', 'filling', 'running', 'done')),
    client_reference text constraint token_job_reference check (client_reference ~ '^[A-Za-z0-9][A-Za-z0-9_.:-]{0,63}$'),
    order_id uuid,
    request_id text not null,
    created_at timestamptz not null,
    finished_at timestamptz,
    constraint token_job_pkey primary key (tenant_id, id),
    constraint token_job_is_done check ((state = 'done') = (finished_at is not null)),
    constraint token_job_is_requested check (state <> 'requested' or (kind = 'export' and order_id is null)));
  create unique index token_job_by_reference on vault.token_job (tenant_id, client_reference) where client_reference is not null;
  create unique index token_job_by_order on vault.token_job (tenant_id, order_id) where order_id is not null;
  create index token_job_running on vault.token_job (id) where state = 'running';

  create table vault.token_job_line (
    tenant_id uuid not null,
    job_id uuid not null,
    line int not null constraint token_job_line_number check (line > 0),
    reference text not null constraint token_job_line_reference check (reference ~ '^[A-Za-z0-9_.:/-]{1,100}$'),
    card bytea constraint token_job_line_card check (length(card) between 40 and 64),
    token_id uuid,
    code text constraint token_job_line_code check (code ~ '^[a-z_]{1,40}$'),
    constraint token_job_line_pkey primary key (tenant_id, job_id, line),
    constraint token_job_line_job foreign key (tenant_id, job_id) references vault.token_job (tenant_id, id));
  create index token_job_line_waiting on vault.token_job_line (tenant_id, job_id, line) where code is null;

  create function vault.token_jobs_due(most int) returns table (tenant_id uuid, id uuid) language sql stable security definer
    set search_path = vault, pg_temp as $f$
      select j.tenant_id, j.id from vault.token_job j where j.state = 'running' order by j.id limit most
    $f$`;
