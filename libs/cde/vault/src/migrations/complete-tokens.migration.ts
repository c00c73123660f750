import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Tokens get a life: revoked for ever, single-use, a new expiry, references of card networks; and each change waits to be told to the
 * merchant. A fingerprint is unique among active multi-use tokens only: a card whose token was revoked gets a new one when it is seen again.
 * The index carries what find-or-create answers, so that it never reads the table.
 */
export class CompleteTokens1795000010020 implements MigrationInterface {
  readonly name = 'CompleteTokens1795000010020';

  async up(db: QueryRunner): Promise<void> {
    await db.query(CARDS);
    await db.query(NETWORK_TOKENS);
    await db.query(CHANGES);
    await db.query(`create index audit_by_token on vault.audit (tenant_id, token_id, id) where token_id is not null`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      drop index vault.audit_by_token;
      drop function vault.token_changes_due(int);
      drop table vault.token_change, vault.network_token;
      drop index vault.card_fingerprint;
      drop index vault.card_by_data_key;
      delete from vault.card where uses = 'single' or state = 'revoked';
      alter table vault.card drop column uses, drop column par, drop column made_for, drop column spent_intent, drop column spent_at, drop column revoked_at,
        drop column updated_at, add constraint card_fingerprint unique (tenant_id, fingerprint)`);
  }
}

const CARDS = `
  alter table vault.card
    drop constraint card_fingerprint,
    add column uses text not null default 'multi' constraint card_uses check (uses in ('multi', 'single')),
    add column par text constraint card_par check (par ~ '^[0-9A-Z]{29}$'),
    add column made_for text constraint card_made_for check (length(made_for) between 1 and 255),
    add column spent_intent text constraint card_spent_intent check (length(spent_intent) between 1 and 255),
    add column spent_at timestamptz,
    add column revoked_at timestamptz,
    add column updated_at timestamptz,
    add constraint card_is_single check ((uses = 'single') = (made_for is not null)),
    add constraint card_is_revoked check ((state = 'revoked') = (revoked_at is not null)),
    add constraint card_is_spent check ((spent_at is null) = (spent_intent is null) and (spent_at is null or uses = 'single'));
  create unique index card_fingerprint on vault.card (tenant_id, fingerprint) include (token_id, expiry)
    where state = 'active' and uses = 'multi';
  create unique index card_single on vault.card (tenant_id, made_for) where uses = 'single';
  create index card_by_data_key on vault.card (tenant_id, dek_id)`;

const NETWORK_TOKENS = `
  create table vault.network_token (
    tenant_id uuid not null,
    token_id uuid not null,
    network text not null constraint network_token_network
      check (network in ('jcb', 'visa', 'mastercard', 'amex', 'diners', 'discover', 'unionpay')),
    reference text not null constraint network_token_reference check (reference ~ '^[A-Za-z0-9_-]{1,64}$'),
    last4 char(4) constraint network_token_last4 check (last4 ~ '^[0-9]{4}$'),
    state text not null constraint network_token_state check (state in ('active', 'suspended', 'deleted')),
    changed_at timestamptz not null,
    constraint network_token_pkey primary key (tenant_id, token_id, network),
    constraint network_token_card foreign key (tenant_id, token_id) references vault.card (tenant_id, token_id) on delete cascade);
  alter table vault.network_token enable row level security; alter table vault.network_token force row level security;
  create policy network_token_tenant on vault.network_token
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
  revoke delete on vault.network_token from tsunagu_vault`;

const CHANGES = `
  create table vault.token_change (
    tenant_id uuid not null,
    id uuid not null,
    token_id uuid not null,
    kind text not null constraint token_change_kind check (kind in ('created', 'updated', 'revoked', 'network_updated')),
    previous text constraint token_change_previous check (length(previous) <= 500),
    request_id text not null,
    at timestamptz not null,
    told_at timestamptz,
    constraint token_change_pkey primary key (tenant_id, id),
    constraint token_change_card foreign key (tenant_id, token_id) references vault.card (tenant_id, token_id) on delete cascade);
  create index token_change_untold on vault.token_change (id) where told_at is null;
  alter table vault.token_change enable row level security; alter table vault.token_change force row level security;
  create policy token_change_tenant on vault.token_change
    using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
  create function vault.token_changes_due(most int) returns table (tenant_id uuid, id uuid) language sql stable security definer
    set search_path = vault, pg_temp as $f$
      select c.tenant_id, c.id from vault.token_change c where c.told_at is null order by c.id limit most
    $f$`;
