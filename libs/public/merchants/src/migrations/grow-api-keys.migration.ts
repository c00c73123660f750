import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Keys get a name, an allow-list of addresses, a pinned version, their last use and their origin; a tenant, how many requests a key may
 * have open. Additive; safe while the previous release is running: it reads the columns it knows.
 */
export class GrowApiKeys1795000001002 implements MigrationInterface {
  readonly name = 'GrowApiKeys1795000001002';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table gateway.tenant
        add column limit_key_concurrency int constraint tenant_limit_key_concurrency check (limit_key_concurrency > 0),
        add constraint tenant_is_of_one_mode unique (tenant_id, id, mode);
      alter table gateway.tenant no force row level security;
      update gateway.tenant set limit_key_concurrency = 100 where limit_pay is not null;
      alter table gateway.tenant force row level security;

      alter table gateway.api_key
        add column name text not null default 'unnamed' constraint api_key_name check (length(name) between 1 and 80),
        add column allowed_ips cidr[] constraint api_key_allowed_ips check (cardinality(allowed_ips) between 1 and 50),
        add column api_version text not null default '2026-11-01' constraint api_key_api_version check (api_version ~ '^[0-9]{4}-[0-9]{2}-[0-9]{2}$'),
        add column last_used_at timestamptz, add column created_by uuid, add column replaces uuid,
        add constraint api_key_mode_of_tenant foreign key (tenant_id, tenant_id, mode) references gateway.tenant (tenant_id, id, mode);
      comment on column gateway.api_key.last_used_at is 'To the minute: written in batches, not by each request';

      drop function gateway.find_api_key(uuid)`);
    await db.query(FIND_API_KEY);
    await db.query(TOUCH_API_KEYS);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      drop function gateway.touch_api_keys(uuid[], timestamptz[]);
      drop function gateway.find_api_key(uuid);
      alter table gateway.api_key drop constraint api_key_mode_of_tenant, drop column name, drop column allowed_ips,
        drop column api_version, drop column last_used_at, drop column created_by, drop column replaces;
      alter table gateway.tenant drop constraint tenant_is_of_one_mode, drop column limit_key_concurrency`);
    await db.query(FORMER_FIND_API_KEY);
  }
}

/** Authentication has no tenant yet: one credential by its public id, and nothing else. */
const FIND_API_KEY = `
  create function gateway.find_api_key(public_id uuid)
  returns table (tenant_id uuid, digest bytea, scopes text[], mode text, store_id uuid, terminal_id uuid,
    expires_at timestamptz, revoked_at timestamptz, allowed_ips text[], api_version text,
    limit_pay int, limit_read int, limit_terminal int, limit_key_concurrency int)
  language sql stable security definer set search_path = pg_catalog as $f$
    select k.tenant_id, k.digest, k.scopes, k.mode, k.store_id, k.terminal_id, k.expires_at, k.revoked_at, k.allowed_ips::text[],
           k.api_version, t.limit_pay, t.limit_read, t.limit_terminal, t.limit_key_concurrency
      from gateway.api_key k join gateway.tenant t on t.tenant_id = k.tenant_id and t.id = k.tenant_id
     where k.id = public_id
  $f$;
  revoke all on function gateway.find_api_key(uuid) from public;
  grant execute on function gateway.find_api_key(uuid) to tsunagu_gateway`;

/**
 * When keys of any tenants were last used; tells nothing. The rows are locked in the order of their ids, so that two processes that
 * report at the same moment never wait for each other in a circle.
 */
const TOUCH_API_KEYS = `
  create function gateway.touch_api_keys(ids uuid[], instants timestamptz[]) returns void
  language sql volatile security definer set search_path = pg_catalog as $f$
    with used as (select u.id, u.at from unnest(ids, instants) as u (id, at)),
    held as (select k.tenant_id, k.id from gateway.api_key k where k.id = any (ids) order by k.id for update)
    update gateway.api_key k set last_used_at = used.at
      from held join used on used.id = held.id
     where k.tenant_id = held.tenant_id and k.id = held.id and (k.last_used_at is null or k.last_used_at < used.at)
  $f$;
  revoke all on function gateway.touch_api_keys(uuid[], timestamptz[]) from public;
  grant execute on function gateway.touch_api_keys(uuid[], timestamptz[]) to tsunagu_gateway`;

const FORMER_FIND_API_KEY = `
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
