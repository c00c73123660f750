import type { MigrationInterface, QueryRunner } from 'typeorm';

const TENANT_TABLES = ['journal', 'saf'] as const;

/** Journal, store-and-forward, and the centre tables of the links. Additive; safe while the previous release is running. */
export class CreateJournal1795000020001 implements MigrationInterface {
  readonly name = 'CreateJournal1795000020001';

  async up(db: QueryRunner): Promise<void> {
    await db.query(CENTRE);
    await db.query(JOURNAL);
    await db.query(SAF);
    for (const table of TENANT_TABLES) {
      await db.query(`
        alter table switch.${table} enable row level security; alter table switch.${table} force row level security;
        create policy ${table}_tenant on switch.${table}
          using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)`);
    }
    await db.query(CLAIMS);
    await db.query(RECOVERY);
    await db.query(OVERVIEW);
    await db.query(NARROW_GRANTS);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      drop function switch.saf_claim, switch.saf_make_due, switch.saf_recover, switch.saf_unsent, switch.link_overview,
        switch.keep_journal_in_order;
      drop table switch.saf, switch.journal, switch.wire_identity, switch.link_lease, switch.stan_counter`);
  }
}

/** Centre tables: no tenant, no policy. A link, its counter and its lease belong to the house. */
const CENTRE = `
  create table switch.stan_counter (
    link text not null constraint stan_counter_pkey primary key,
    next bigint not null);

  create table switch.link_lease (
    link text not null constraint link_lease_pkey primary key,
    owner text not null,
    fence bigint not null,
    until timestamptz not null);

  create table switch.wire_identity (
    link text not null,
    rrn char(12) not null,
    local_time char(12) not null,
    tenant_id uuid not null,
    attempt_id uuid not null,
    constraint wire_identity_pkey primary key (link, rrn, local_time));
  comment on table switch.wire_identity is
    'Which attempt a message on a link belongs to. Whole, because a partitioned unique key would have to hold the partition key'`;

const JOURNAL = `
  create table switch.journal (
    tenant_id uuid not null,
    attempt_id uuid not null,
    state text not null constraint journal_state check
      (state in ('sending', 'not_sent', 'approved', 'declined', 'sent_unknown', 'reversing', 'reversed', 'in_doubt', 'burned')),
    reason text,
    request jsonb,
    original_attempt_id uuid,
    link text,
    mti char(4),
    stan char(6),
    rrn char(12),
    local_time char(12),
    terminal text,
    amount_minor bigint constraint journal_amount_range check (amount_minor between 0 and 999999999999),
    currency char(3),
    fence bigint not null,
    sealed_account text constraint journal_account_only check (sealed_account like 'account.%'),
    action_code char(3),
    approval_code varchar(6),
    approved_minor bigint,
    emv_response text,
    late_approval boolean not null default false,
    opened_at timestamptz not null,
    moved_at timestamptz not null,
    constraint journal_pkey primary key (tenant_id, attempt_id),
    constraint journal_sent_has_identity check (state in ('not_sent', 'burned') or (link is not null and stan is not null and rrn is not null))
  ) partition by range (attempt_id);
  comment on column switch.journal.sealed_account is 'Sealed account: never the sad part, which this schema has no place for';
  create index journal_sending on switch.journal (link, fence) where state = 'sending';
  select gateway.ensure_partitions('switch.journal', (now() at time zone 'UTC' - interval '1 month')::date, 4)`;

const SAF = `
  create table switch.saf (
    tenant_id uuid not null,
    attempt_id uuid not null,
    kind text not null constraint saf_kind check (kind in ('reversal', 'advice')),
    place bigint generated always as identity,
    state text not null constraint saf_state check (state in ('pending', 'done', 'error', 'expired', 'withdrawn')),
    link text not null,
    terminal text not null,
    reason_code text not null,
    stan char(6),
    tries int not null default 0,
    sends int not null default 0,
    fence bigint not null default 0,
    action_code char(3),
    amount_minor bigint not null,
    currency char(3) not null,
    queued_at timestamptz not null,
    first_sent_at timestamptz,
    next_at timestamptz not null,
    ended_at timestamptz,
    constraint saf_pkey primary key (tenant_id, attempt_id, kind)) with (fillfactor = 70);
  create index saf_due on switch.saf (link, next_at) where state = 'pending'`;

/** Work without a tenant: due pairs of a link, for the holder of its lease only. */
const CLAIMS = `
  create function switch.saf_claim(p_link text, p_fence bigint, p_at timestamptz, p_schedule int[], p_limit int)
  returns table (tenant_id uuid, attempt_id uuid, kind text, terminal text, stan text, place bigint)
  language plpgsql security definer set search_path = switch, pg_temp as $f$
  #variable_conflict use_column
  begin
    -- plpgsql keeps its plans: asked several times a second, almost always in vain
    return query
    with due as (
      select s.tenant_id, s.attempt_id, s.kind from switch.saf s
       where s.link = p_link and s.state = 'pending' and s.next_at <= p_at
         and exists (select from switch.link_lease l where l.link = p_link and l.fence = p_fence)
       order by s.place limit p_limit for update of s skip locked)
    update switch.saf s
       set tries = s.tries + 1, fence = p_fence,
           next_at = p_at + interval '1 millisecond' * p_schedule[least(s.tries + 1, cardinality(p_schedule))]
      from due where s.tenant_id = due.tenant_id and s.attempt_id = due.attempt_id and s.kind = due.kind
    returning s.tenant_id, s.attempt_id, s.kind, s.terminal, s.stan::text, s.place;
  end $f$;

  create function switch.saf_make_due(p_link text, p_fence bigint, p_at timestamptz) returns void
  language sql security definer set search_path = switch, pg_temp as $f$
    update switch.saf set next_at = p_at
     where link = p_link and state = 'pending' and next_at > p_at
       and exists (select from switch.link_lease l where l.link = p_link and l.fence = p_fence)
  $f$;

  create function switch.saf_unsent(p_link text)
  returns table (tenant_id uuid, attempt_id uuid, kind text, terminal text, stan text, place bigint)
  language sql security definer set search_path = switch, pg_temp as $f$
    select s.tenant_id, s.attempt_id, s.kind, s.terminal, s.stan::text, s.place from switch.saf s
     where s.link = p_link and s.state = 'pending' and s.first_sent_at is null order by s.place
  $f$`;

/** What an earlier life left in the air is lost: it may have happened, so its reversal is queued in the same statement. */
const RECOVERY = `
  create function switch.saf_recover(p_link text, p_fence bigint, p_at timestamptz, p_stale timestamptz) returns int
  language sql security definer set search_path = switch, pg_temp as $f$
    with lost as (
      update switch.journal j set state = 'sent_unknown', reason = 'restart', moved_at = p_at
       where j.link = p_link and j.state = 'sending' and (j.fence < p_fence or j.opened_at < p_stale)
         and exists (select from switch.link_lease l where l.link = p_link and l.fence = p_fence)
      returning j.tenant_id, j.attempt_id, j.link, j.terminal, j.amount_minor, j.currency),
    queued as (
      insert into switch.saf (tenant_id, attempt_id, kind, state, link, terminal, reason_code, amount_minor, currency, queued_at, next_at)
      select tenant_id, attempt_id, 'reversal', 'pending', link, terminal, '4002', amount_minor, currency, p_at, p_at from lost
      on conflict (tenant_id, attempt_id, kind) do nothing)
    select count(*)::int from lost
  $f$`;

const OVERVIEW = `
  create function switch.link_overview()
  returns table (link text, pending bigint, errors bigint, oldest_at timestamptz, yen_at_risk bigint)
  language sql security definer set search_path = switch, pg_temp as $f$
    select s.link, count(*) filter (where s.state = 'pending'), count(*) filter (where s.state in ('error', 'expired')),
           min(s.queued_at) filter (where s.state = 'pending'),
           coalesce(sum(s.amount_minor) filter (where s.state <> 'done' and s.kind = 'reversal' and s.currency = 'JPY'), 0)::bigint
      from switch.saf s where s.state in ('pending', 'error', 'expired') group by s.link
  $f$;
  create index saf_open on switch.saf (link) where state in ('pending', 'error', 'expired');

  create function switch.keep_journal_in_order(p_at timestamptz, p_limit int) returns int
  language plpgsql security definer set search_path = switch, pg_temp as $f$
  declare erased int;
  begin
    with old as (
      select tenant_id, attempt_id from switch.journal
       where attempt_id < gateway.uuidv7_floor(p_at - interval '40 days') and sealed_account is not null
         and state in ('approved', 'declined', 'not_sent', 'reversed', 'burned')
       limit p_limit for update skip locked)
    update switch.journal j set sealed_account = null from old
     where j.tenant_id = old.tenant_id and j.attempt_id = old.attempt_id;
    get diagnostics erased = row_count;
    return erased;
  end $f$`;

/** The journal and the queue are never deleted from, and nobody reads past the tenant's wall through a partition. */
const NARROW_GRANTS = `
  revoke delete on switch.journal, switch.saf, switch.wire_identity, switch.stan_counter, switch.link_lease from tsunagu_switch;
  revoke update on switch.wire_identity from tsunagu_switch;
  do $$
  declare part regclass;
  begin
    for part in select inhrelid::regclass from pg_inherits where inhparent = 'switch.journal'::regclass loop
      execute format('revoke all on %s from tsunagu_switch', part);
    end loop;
  end $$`;
