import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * The audit becomes tamper-evident: a MAC in each row, and slices that chain the rows of a tenant one after the other.
 *
 * `xact` is the transaction that wrote the row. Rows below the oldest transaction still running are final, so a chainer reads
 * them in an order that never changes, and the writers never wait for each other. The block index on it costs nothing to write:
 * rows lie in the order of their transactions.
 */
export class SealAudit1795000010010 implements MigrationInterface {
  readonly name = 'SealAudit1795000010010';

  async up(db: QueryRunner): Promise<void> {
    await db.query(ROWS);
    await db.query(SLICES);
    await db.query(FUNCTIONS);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      drop function vault.audit_due(bigint, uuid, int);
      drop function vault.audit_tenants(uuid, int);
      drop table vault.audit_slice, vault.audit_progress;
      drop index vault.audit_by_xact;
      alter table vault.audit drop column key_id, drop column actor, drop column facts, drop column xact, drop column seal_version, drop column mac,
        drop constraint audit_operation, add constraint audit_operation check (operation in ('open', 'seal_account', 'enrol_device'))`);
  }
}

const ROWS = `
  alter table vault.audit
    drop constraint audit_operation,
    add constraint audit_operation check (operation ~ '^[a-z][a-z_]{2,39}$'),
    add column key_id text,
    add column actor text,
    add column facts text constraint audit_facts check (length(facts) <= 2000),
    add column xact bigint not null default (pg_current_xact_id()::text::bigint),
    add column seal_version smallint not null,
    add column mac bytea not null constraint audit_mac check (length(mac) = 16);
  create index audit_by_xact on vault.audit using brin (xact) with (pages_per_range = 16)`;

/** Slices are insert-only for the process that writes them; `audit_progress` is a centre table of one row. */
const SLICES = `
  create table vault.audit_slice (
    tenant_id uuid not null,
    seq bigint not null constraint audit_slice_seq check (seq > 0),
    from_xact bigint not null,
    from_id uuid not null,
    until_xact bigint not null,
    until_id uuid not null,
    entries bytea not null constraint audit_slice_entries check (length(entries) % 32 = 0 and length(entries) between 32 and 32000),
    seal_version smallint not null,
    mac bytea not null constraint audit_slice_mac check (length(mac) = 32),
    chained_at timestamptz not null,
    constraint audit_slice_pkey primary key (tenant_id, seq));
  alter table vault.audit_slice enable row level security; alter table vault.audit_slice force row level security;
  create policy audit_slice_tenant on vault.audit_slice
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
  revoke update, delete on vault.audit_slice from tsunagu_vault;

  create table vault.audit_progress (
    name text not null constraint audit_progress_pkey primary key constraint audit_progress_one check (name = 'chain'),
    chained_below bigint not null);
  insert into vault.audit_progress values ('chain', 0);
  revoke insert, delete on vault.audit_progress from tsunagu_vault`;

/** Work without a tenant: both return ids of tenants and nothing else. */
const FUNCTIONS = `
  create function vault.audit_due(below bigint, after uuid, most int) returns table (tenant_id uuid) language sql stable security definer
    set search_path = vault, pg_temp as $f$
      select distinct a.tenant_id from vault.audit a
      where a.xact >= (select p.chained_below from vault.audit_progress p) and a.xact < below and (after is null or a.tenant_id > after)
      order by 1 limit most
    $f$;
  create function vault.audit_tenants(after uuid, most int) returns table (tenant_id uuid) language sql stable security definer
    set search_path = vault, pg_temp as $f$
      select one.tenant_id from (select s.tenant_id from vault.audit_slice s union select a.tenant_id from vault.audit a) one
      where after is null or one.tenant_id > after order by 1 limit most
    $f$`;
