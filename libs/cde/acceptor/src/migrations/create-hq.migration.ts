import type { MigrationInterface, QueryRunner } from 'typeorm';

const TABLES = ['hq_message', 'hq_total', 'hq_reconciliation', 'hq_cut_over'] as const;

/** What merchants' payment servers sent, how it was answered, and the totals of their lines. Additive; safe while the previous release is running. */
export class CreateHq1795000021001 implements MigrationInterface {
  readonly name = 'CreateHq1795000021001';

  async up(db: QueryRunner): Promise<void> {
    await db.query(MESSAGE);
    await db.query(TOTALS);
    for (const table of TABLES) {
      await db.query(`
        alter table switch.${table} enable row level security; alter table switch.${table} force row level security;
        create policy ${table}_tenant on switch.${table}
          using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)`);
    }
    await db.query(`
      revoke delete on switch.hq_total, switch.hq_reconciliation, switch.hq_cut_over from tsunagu_switch;
      revoke update on switch.hq_reconciliation from tsunagu_switch`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query('drop table switch.hq_cut_over, switch.hq_reconciliation, switch.hq_total, switch.hq_message');
  }
}

/** Whole, not partitioned: its key must find a message of any age, and holds no id. Old rows are deleted in slices. */
const MESSAGE = `
  create table switch.hq_message (
    tenant_id uuid not null,
    link text not null,
    message_class char(1) not null,
    stan char(6) not null,
    local_time char(12) not null,
    terminal text not null,
    mti char(4) not null,
    state text not null constraint hq_message_state check (state in ('open', 'answered', 'blocked')),
    digest text not null,
    reference text,
    amount_minor bigint not null constraint hq_message_amount_range check (amount_minor between 0 and 999999999999),
    currency char(3) not null,
    rrn text,
    owner text,
    claimed_until timestamptz,
    answer jsonb,
    action_code char(3),
    business_date date,
    undo text constraint hq_message_undo check (undo in ('ordered', 'done', 'refused')),
    undo_next_at timestamptz,
    is_reversed boolean not null default false,
    total_kind text,
    total_minor bigint,
    received_at timestamptz not null,
    answered_at timestamptz,
    constraint hq_message_pkey primary key (tenant_id, link, local_time, stan, message_class, terminal),
    constraint hq_message_answered check (state <> 'answered' or action_code is not null)) with (fillfactor = 80);
  comment on table switch.hq_message is 'No card data has a place here: an answer repeats it from the message that asks again';
  create index hq_message_open on switch.hq_message (tenant_id, link, claimed_until) where state = 'open';
  create index hq_message_to_undo on switch.hq_message (tenant_id, link, undo_next_at) where undo = 'ordered';
  create index hq_message_by_reference on switch.hq_message (tenant_id, link, reference) where undo = 'ordered';
  create index hq_message_by_age on switch.hq_message (tenant_id, link, received_at)`;

const TOTALS = `
  create table switch.hq_total (
    tenant_id uuid not null,
    link text not null,
    business_date date not null,
    currency char(3) not null,
    kind text not null constraint hq_total_kind check (kind in ('debit', 'credit', 'authorization')),
    is_reversed boolean not null,
    count bigint not null,
    amount_minor bigint not null,
    constraint hq_total_pkey primary key (tenant_id, link, business_date, currency, kind, is_reversed)) with (fillfactor = 50);

  create table switch.hq_reconciliation (
    tenant_id uuid not null,
    id uuid not null,
    link text not null,
    business_date date not null,
    currency char(3) not null,
    function_code char(3) not null,
    checkpoint char(3),
    action_code char(3) not null,
    theirs jsonb not null,
    ours jsonb not null,
    at timestamptz not null,
    place bigint generated always as identity,
    constraint hq_reconciliation_pkey primary key (tenant_id, id));
  create index hq_reconciliation_newest on switch.hq_reconciliation (tenant_id, link, place);

  create table switch.hq_cut_over (
    tenant_id uuid not null,
    link text not null,
    business_date date not null,
    constraint hq_cut_over_pkey primary key (tenant_id, link))`;
