import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * What two custodians decide about a tenant: its erasure, what it shares, what leaves for a partner. Centre tables: no tenant sees them.
 * The functions that delete or look across tenants do so only for what was approved here. Additive.
 */
export class OrderTenantChanges1795000010021 implements MigrationInterface {
  readonly name = 'OrderTenantChanges1795000010021';

  async up(db: QueryRunner): Promise<void> {
    await db.query(ORDERS);
    await db.query(KEYS);
    await db.query(ERASURE);
    await db.query(eraseTenantSlice(''));
    await db.query(GROUPS);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      drop function vault.shared_card(uuid, uuid);
      drop function vault.erase_tenant_slice(uuid, int);
      drop table vault.token_group_member, vault.tenant_erasure, vault.tenant_order;
      delete from vault.key_record where purpose in ('tenant-kek', 'exchange', 'certificate');
      alter table vault.key_record drop constraint key_record_purpose, add constraint key_record_purpose check (purpose in
        ('bdk', 'pan-kek', 'pan-index', 'zone-pin', 'link-pin', 'link-mac', 'transport', 'envelope', 'audit', 'ceremony'));
      delete from vault.card where dek_id in (select id from vault.tenant_data_key where length(wrapped) <> 60);
      delete from vault.tenant_data_key where length(wrapped) <> 60;
      alter table vault.tenant_data_key drop constraint tenant_data_key_wrapped,
        add constraint tenant_data_key_wrapped check (length(wrapped) = 60)`);
  }
}

const ORDERS = `
  create table vault.tenant_order (
    id uuid not null constraint tenant_order_pkey primary key,
    tenant_id uuid not null,
    operation text not null constraint tenant_order_operation check (operation in ('erase', 'join_group', 'leave_group', 'export_tokens')),
    subject text constraint tenant_order_subject check (length(subject) <= 100),
    state text not null constraint tenant_order_state check (state in ('open', 'done')),
    ordered_by text not null constraint tenant_order_ordered_by references vault.custodian (name),
    ordered_at timestamptz not null,
    expires_at timestamptz not null,
    approved_by text constraint tenant_order_approved_by references vault.custodian (name),
    approved_at timestamptz,
    constraint tenant_order_two_people check (approved_by is distinct from ordered_by),
    constraint tenant_order_is_done check ((state = 'done') = (approved_by is not null)));
  create unique index tenant_order_one_open on vault.tenant_order (tenant_id, operation) where state = 'open';
  revoke delete on vault.tenant_order from tsunagu_vault`;

/** A data key is wrapped by its tenant's key and that by the house's: both layers, 88 bytes; before, the house's alone, 60. */
const KEYS = `
  alter table vault.key_record drop constraint key_record_purpose, add constraint key_record_purpose check (purpose in
    ('bdk', 'pan-kek', 'tenant-kek', 'pan-index', 'zone-pin', 'link-pin', 'link-mac', 'transport', 'exchange', 'envelope', 'audit', 'certificate', 'ceremony'));
  alter table vault.tenant_data_key drop constraint tenant_data_key_wrapped,
    add constraint tenant_data_key_wrapped check (length(wrapped) in (60, 88))`;

const ERASURE = `
  create table vault.tenant_erasure (
    tenant_id uuid not null constraint tenant_erasure_pkey primary key,
    order_id uuid not null constraint tenant_erasure_order references vault.tenant_order (id),
    state text not null constraint tenant_erasure_state check (state in ('erasing', 'erased')),
    began_at timestamptz not null,
    cards bigint not null default 0,
    data_keys bigint not null default 0,
    erased_at timestamptz,
    certificate text,
    constraint tenant_erasure_is_proved check ((state = 'erased') = (certificate is not null and erased_at is not null)));
  revoke delete on vault.tenant_erasure from tsunagu_vault;`;

/** A tenant is in one group at most. */
const GROUPS = `
  create table vault.token_group_member (
    tenant_id uuid not null constraint token_group_member_pkey primary key,
    group_name text not null constraint token_group_member_name check (group_name ~ '^[a-z][a-z0-9-]{1,39}$'),
    order_id uuid not null constraint token_group_member_order references vault.tenant_order (id),
    joined_at timestamptz not null);
  create index token_group_member_by_group on vault.token_group_member (group_name);

  create function vault.shared_card(asking uuid, token uuid) returns table
    (tenant_id uuid, pan_cipher bytea, dek_id uuid, version smallint, psn char(2), brand text, bin6 char(6), last4 char(4), expiry char(4), state text, uses text)
    language sql stable security definer set search_path = vault, pg_temp as $f$
      select c.tenant_id, c.pan_cipher, c.dek_id, c.version, c.psn, c.brand, c.bin6, c.last4, c.expiry, c.state, c.uses
      from vault.token_group_member mine
      join vault.token_group_member theirs on theirs.group_name = mine.group_name and theirs.tenant_id <> mine.tenant_id
      join vault.card c on c.tenant_id = theirs.tenant_id and c.token_id = token
      where mine.tenant_id = asking and c.uses = 'multi'
    $f$`;

/**
 * Deletes what a tenant has, a slice of cards at a time; only for an erasure that was approved.
 * @param more further deletions, each ended by a semicolon
 */
export const eraseTenantSlice = (more: string): string => `
  create or replace function vault.erase_tenant_slice(erased uuid, most int) returns int language plpgsql security definer
  set search_path = vault, pg_temp as $f$
  declare gone int; keys int;
  begin
    perform from vault.tenant_erasure e where e.tenant_id = erased and e.state = 'erasing' for update;
    if not found then raise exception 'no erasure of this tenant was approved'; end if;
    delete from vault.card c where c.tenant_id = erased
      and c.token_id in (select s.token_id from vault.card s where s.tenant_id = erased limit most);
    get diagnostics gone = row_count;
    update vault.tenant_erasure e set cards = e.cards + gone where e.tenant_id = erased;
    if gone > 0 then return gone; end if;
    delete from vault.tenant_data_key k where k.tenant_id = erased;
    get diagnostics keys = row_count;
    ${more}
    delete from vault.enrolment_code c where c.tenant_id = erased;
    delete from vault.token_group_member m where m.tenant_id = erased;
    update vault.tenant_erasure e set data_keys = e.data_keys + keys where e.tenant_id = erased;
    return 0;
  end $f$`;
