import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Inventory of keys, custodians, their orders and ceremonies. Centre tables: they have no tenant policy, no other zone has a right to
 * them, and nothing but sealed components is ever deleted. Additive.
 */
export class CreateKeyInventory1795000010011 implements MigrationInterface {
  readonly name = 'CreateKeyInventory1795000010011';

  async up(db: QueryRunner): Promise<void> {
    await db.query(KEYS);
    await db.query(PEOPLE);
    await db.query(DEVICES);
    await db.query(
      `revoke delete on vault.key_record, vault.custodian, vault.key_order, vault.key_ceremony from tsunagu_vault`,
    );
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop function vault.device_inventory(uuid, int)');
    await db.query(
      `drop table vault.key_component, vault.key_ceremony, vault.key_order, vault.custodian, vault.key_record`,
    );
  }
}

const KEYS = `
  create table vault.key_record (
    id text not null constraint key_record_pkey primary key constraint key_record_id check (id ~ '^[A-Za-z0-9][A-Za-z0-9_-]{0,99}$'),
    purpose text not null constraint key_record_purpose check (purpose in
      ('bdk', 'pan-kek', 'pan-index', 'zone-pin', 'link-pin', 'link-mac', 'transport', 'envelope', 'audit', 'ceremony')),
    usage char(2) not null,
    algorithm text not null,
    kcv text not null constraint key_record_kcv check (kcv ~ '^[0-9A-F]{6,10}$'),
    version int not null constraint key_record_version check (version > 0),
    tenant_id uuid,
    zone text not null constraint key_record_zone check (length(zone) <= 60),
    state text not null constraint key_record_state check (state in ('pending', 'active', 'decrypt-only', 'retired', 'destroyed')),
    origin text not null constraint key_record_origin check (origin in ('generated', 'components', 'key_block', 'system')),
    created_by text not null,
    created_at timestamptz not null,
    valid_from timestamptz,
    valid_until timestamptz,
    destroy_at timestamptz,
    changed_at timestamptz not null,
    provider text not null,
    constraint key_record_of_version unique nulls not distinct (purpose, tenant_id, zone, version));
  create unique index key_record_one_active on vault.key_record (purpose, tenant_id, zone) nulls not distinct where state = 'active';
  create index key_record_due on vault.key_record (destroy_at) where state <> 'destroyed' and destroy_at is not null`;

const PEOPLE = `
  create table vault.custodian (
    name text not null constraint custodian_pkey primary key constraint custodian_name check (name ~ '^[a-z][a-z0-9-]{1,39}$'),
    kind text not null constraint custodian_kind check (kind in ('secret')),
    salt bytea not null constraint custodian_salt check (length(salt) = 16),
    proof bytea not null constraint custodian_proof check (length(proof) = 32),
    failures int not null default 0,
    locked_until timestamptz,
    created_at timestamptz not null);

  create table vault.key_order (
    id uuid not null constraint key_order_pkey primary key,
    key_id text not null constraint key_order_key references vault.key_record (id),
    operation text not null constraint key_order_operation check (operation in ('activate', 'close', 'retire', 'revoke', 'destroy', 'export')),
    wrapping_key_id text constraint key_order_wrapping_key references vault.key_record (id),
    state text not null constraint key_order_state check (state in ('open', 'done')),
    ordered_by text not null constraint key_order_ordered_by references vault.custodian (name),
    ordered_at timestamptz not null,
    expires_at timestamptz not null,
    approved_by text constraint key_order_approved_by references vault.custodian (name),
    approved_at timestamptz,
    constraint key_order_two_people check (approved_by is distinct from ordered_by),
    constraint key_order_is_done check ((state = 'done') = (approved_by is not null)));
  create unique index key_order_one_open on vault.key_order (key_id, operation) where state = 'open';

  create table vault.key_ceremony (
    id uuid not null constraint key_ceremony_pkey primary key,
    key_id text not null,
    purpose text not null,
    usage char(2) not null,
    algorithm text not null,
    tenant_id uuid,
    zone text not null,
    sealed_by text not null constraint key_ceremony_sealed_by references vault.key_record (id),
    state text not null constraint key_ceremony_state check (state in ('open', 'done')),
    begun_by text not null constraint key_ceremony_begun_by references vault.custodian (name),
    begun_at timestamptz not null,
    expires_at timestamptz not null);

  create table vault.key_component (
    ceremony_id uuid not null constraint key_component_ceremony references vault.key_ceremony (id),
    number smallint not null constraint key_component_number check (number between 1 and 2),
    custodian text not null constraint key_component_custodian references vault.custodian (name),
    iv bytea not null,
    sealed bytea not null,
    kcv text not null,
    given_at timestamptz not null,
    constraint key_component_pkey primary key (ceremony_id, number),
    constraint key_component_one_each unique (ceremony_id, custodian))`;

/** Report of all devices for the operator's inventory: no key, no counter. */
const DEVICES = `
  create function vault.device_inventory(after uuid, most int) returns table
    (tenant_id uuid, id uuid, terminal_id uuid, profile text, initial_key_id text, bdk_id text, state text, created_at timestamptz)
    language sql stable security definer set search_path = vault, pg_temp as $f$
      select d.tenant_id, d.id, d.terminal_id, d.profile, d.initial_key_id, d.bdk_id, d.state, d.created_at from vault.device d
      where after is null or d.id > after order by d.id limit most
    $f$`;
