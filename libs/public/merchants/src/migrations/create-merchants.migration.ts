import type { MigrationInterface, QueryRunner } from 'typeorm';

const TENANT_TABLES = ['tenant', 'store', 'terminal', 'api_key'] as const;

/** Tenants, stores, terminals and their keys. Additive; safe while the previous release is running. */
export class CreateMerchants1795000001001 implements MigrationInterface {
  readonly name = 'CreateMerchants1795000001001';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table gateway.tenant (
        tenant_id uuid not null, id uuid not null, constraint tenant_pkey primary key (tenant_id, id),
        constraint tenant_is_itself check (tenant_id = id),
        name text not null constraint tenant_name_length check (length(name) between 1 and 80),
        mode text not null constraint tenant_mode check (mode in ('test', 'live')),
        limit_pay int constraint tenant_limit_pay check (limit_pay > 0),
        limit_read int constraint tenant_limit_read check (limit_read > 0),
        limit_terminal int constraint tenant_limit_terminal check (limit_terminal > 0),
        created_at timestamptz not null default now());

      create table gateway.store (
        tenant_id uuid not null, id uuid not null, constraint store_pkey primary key (tenant_id, id),
        name text not null constraint store_name_length check (length(name) between 1 and 40),
        wire_merchant text not null constraint store_wire_merchant check (wire_merchant ~ '^[0-9A-Z]{15}$'),
        mcc text not null constraint store_mcc check (mcc ~ '^[0-9]{4}$'),
        cut_off_minutes int not null default 0 constraint store_cut_off check (cut_off_minutes between 0 and 720),
        methods text[] not null,
        created_at timestamptz not null default now(),
        constraint store_tenant foreign key (tenant_id, tenant_id) references gateway.tenant (tenant_id, id));

      create table gateway.terminal (
        tenant_id uuid not null, id uuid not null, constraint terminal_pkey primary key (tenant_id, id),
        store_id uuid not null,
        wire_terminal text not null constraint terminal_wire_terminal check (wire_terminal ~ '^[0-9A-Z]{8}$'),
        is_blocked boolean not null default false,
        created_at timestamptz not null default now(),
        constraint terminal_wire unique (tenant_id, wire_terminal),
        constraint terminal_store foreign key (tenant_id, store_id) references gateway.store (tenant_id, id));

      create table gateway.api_key (
        tenant_id uuid not null, id uuid not null, constraint api_key_pkey primary key (tenant_id, id),
        digest bytea not null constraint api_key_digest check (length(digest) = 32),
        scopes text[] not null,
        mode text not null constraint api_key_mode check (mode in ('test', 'live')),
        store_id uuid, terminal_id uuid,
        constraint api_key_node check (terminal_id is null or store_id is not null),
        expires_at timestamptz, revoked_at timestamptz,
        created_at timestamptz not null default now(),
        constraint api_key_store foreign key (tenant_id, store_id) references gateway.store (tenant_id, id),
        constraint api_key_terminal foreign key (tenant_id, terminal_id) references gateway.terminal (tenant_id, id));
      create unique index api_key_public_id on gateway.api_key (id)`);
    for (const table of TENANT_TABLES) {
      await db.query(`
        alter table gateway.${table} enable row level security;
        alter table gateway.${table} force row level security;
        create policy ${table}_tenant on gateway.${table} using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)`);
    }
    await db.query(FIND_API_KEY);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      drop function gateway.find_api_key(uuid);
      drop table gateway.api_key; drop table gateway.terminal; drop table gateway.store; drop table gateway.tenant`);
  }
}

/** Authentication has no tenant yet: one credential by its public id, and nothing else. */
const FIND_API_KEY = `
  create function gateway.find_api_key(public_id uuid)
  returns table (tenant_id uuid, digest bytea, scopes text[], mode text, store_id uuid, terminal_id uuid,
    expires_at timestamptz, revoked_at timestamptz, limit_pay int, limit_read int, limit_terminal int)
  language sql stable security definer set search_path = pg_catalog as $f$
    select k.tenant_id, k.digest, k.scopes, k.mode, k.store_id, k.terminal_id, k.expires_at, k.revoked_at, t.limit_pay, t.limit_read, t.limit_terminal
      from gateway.api_key k join gateway.tenant t on t.tenant_id = k.tenant_id and t.id = k.tenant_id
     where k.id = public_id
  $f$;
  revoke all on function gateway.find_api_key(uuid) from public;
  grant execute on function gateway.find_api_key(uuid) to tsunagu_gateway`;
