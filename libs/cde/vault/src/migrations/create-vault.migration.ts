import type { MigrationInterface, QueryRunner } from 'typeorm';

const TENANT_TABLES = ['device', 'device_counter', 'ksn_use', 'tenant_data_key', 'card', 'audit'] as const;

/** Devices, KSN claims, tokens and the audit of the vault. Additive; nothing else reads this schema. */
export class CreateVault1795000010001 implements MigrationInterface {
  readonly name = 'CreateVault1795000010001';

  async up(db: QueryRunner): Promise<void> {
    await db.query(CENTRE);
    await db.query(DEVICES);
    await db.query(CARDS);
    await db.query(AUDIT);
    for (const table of TENANT_TABLES) {
      await db.query(`
        alter table vault.${table} enable row level security; alter table vault.${table} force row level security;
        create policy ${table}_tenant on vault.${table}
          using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)`);
    }
    await db.query(NARROW_GRANTS);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(
      `drop table vault.audit, vault.card, vault.tenant_data_key, vault.ksn_use, vault.device_counter, vault.device, vault.key_index`,
    );
  }
}

/** Centre table: no tenant policy, because its whole purpose is that two tenants can never hold one key id. */
const CENTRE = `
  create table vault.key_index (
    initial_key_id text not null constraint key_index_pkey primary key
      constraint key_index_form check (initial_key_id ~ '^([0-9A-F]{16}|[0-9A-F]{20})$'),
    tenant_id uuid not null,
    created_at timestamptz not null)`;

const DEVICES = `
  create table vault.device (
    tenant_id uuid not null,
    id uuid not null,
    terminal_id uuid not null,
    profile text not null,
    initial_key_id text not null,
    bdk_id text not null,
    state text not null constraint device_state check (state in ('active', 'suspended', 'retired')),
    bad_macs timestamptz[] not null default '{}',
    created_at timestamptz not null,
    constraint device_pkey primary key (tenant_id, id),
    constraint device_initial_key_id unique (tenant_id, initial_key_id));

  create table vault.device_counter (
    tenant_id uuid not null,
    initial_key_id text not null,
    highest_counter bigint not null,
    highest_rank bigint not null,
    updated_at timestamptz not null,
    constraint device_counter_pkey primary key (tenant_id, initial_key_id)) with (fillfactor = 50);

  create table vault.ksn_use (
    tenant_id uuid not null,
    initial_key_id text not null,
    counter bigint not null,
    cipher_fingerprint bytea not null constraint ksn_use_fingerprint check (length(cipher_fingerprint) = 32),
    intent text not null constraint ksn_use_intent check (length(intent) between 1 and 255),
    used_at timestamptz not null,
    constraint ksn_use_pkey primary key (tenant_id, initial_key_id, counter))`;

const CARDS = `
  create table vault.tenant_data_key (
    tenant_id uuid not null,
    id uuid not null,
    period text not null constraint tenant_data_key_period check (period ~ '^[0-9]{4}-[0-9]{2}$'),
    wrapped bytea not null constraint tenant_data_key_wrapped check (length(wrapped) = 60),
    created_at timestamptz not null,
    constraint tenant_data_key_pkey primary key (tenant_id, id),
    constraint tenant_data_key_of_period unique (tenant_id, period));

  create table vault.card (
    tenant_id uuid not null,
    token_id uuid not null,
    fingerprint bytea not null constraint card_fingerprint_length check (length(fingerprint) = 32),
    pan_cipher bytea not null constraint card_pan_cipher_length check (length(pan_cipher) between 40 and 47),
    dek_id uuid not null,
    version smallint not null,
    expiry char(4) constraint card_expiry check (expiry ~ '^[0-9]{2}(0[1-9]|1[0-2])$'),
    psn char(2),
    bin6 char(6) not null,
    last4 char(4) not null,
    brand text not null,
    state text not null constraint card_state check (state in ('active', 'revoked')),
    created_at timestamptz not null,
    constraint card_pkey primary key (tenant_id, token_id),
    constraint card_fingerprint unique (tenant_id, fingerprint),
    constraint card_dek foreign key (tenant_id, dek_id) references vault.tenant_data_key (tenant_id, id))`;

const AUDIT = `
  create table vault.audit (
    tenant_id uuid not null,
    id uuid not null,
    at timestamptz not null,
    operation text not null constraint audit_operation check (operation in ('open', 'seal_account', 'enrol_device')),
    result text not null,
    request_id text not null,
    terminal_id uuid,
    device_id uuid,
    initial_key_id text,
    counter bigint,
    token_id uuid,
    constraint audit_pkey primary key (tenant_id, id)) partition by range (id);
  select gateway.ensure_partitions('vault.audit', (now() at time zone 'UTC' - interval '1 month')::date, 4)`;

/** The audit is append-only for the process that writes it, and key ids are never given back. */
const NARROW_GRANTS = `
  revoke update, delete on vault.audit, vault.key_index, vault.ksn_use from tsunagu_vault;
  revoke delete on vault.device, vault.device_counter, vault.card, vault.tenant_data_key from tsunagu_vault;
  do $$
  declare part regclass;
  begin
    for part in select inhrelid::regclass from pg_inherits where inhparent = 'vault.audit'::regclass loop
      execute format('revoke all on %s from tsunagu_vault', part);
    end loop;
  end $$`;
