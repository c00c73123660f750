import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Store-and-forward at line speed, and in people's hands. Due entries are read off the head of an index, whatever the backlog; an operator can
 * list entries, send one again, and give one up together with a second person. Additive; safe while the previous release is running.
 */
export class DrainStoreAndForward1795000020042 implements MigrationInterface {
  readonly name = 'DrainStoreAndForward1795000020042';

  async up(db: QueryRunner): Promise<void> {
    await db.query(DUE);
    await db.query(PEOPLE);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      drop function switch.saf_list, switch.saf_retry, switch.saf_order, switch.saf_approve;
      drop table switch.saf_order;
      drop index switch.saf_due, switch.saf_owed;
      create index saf_due on switch.saf (link, next_at) where state = 'pending';
      alter table switch.saf drop column retried_at`);
  }
}

/**
 * An entry that was claimed moves away from the head, so that every claim reads as many index entries as it returns. A first copy stays where
 * it is while an elder of its terminal waits to go out for the first time: one that is due as well stands before it and is claimed with it.
 * @source reference/iso8583-1993.md §17.3
 */
const DUE = `
  alter table switch.saf add column retried_at timestamptz;
  drop index switch.saf_due;
  create index saf_due on switch.saf (link, next_at, place) where state = 'pending';
  create index saf_owed on switch.saf (link, terminal, place) where state = 'pending' and first_sent_at is null;
  create or replace function switch.saf_claim(p_link text, p_fence bigint, p_at timestamptz, p_schedule int[], p_limit int)
  returns table (tenant_id uuid, attempt_id uuid, kind text, terminal text, stan text, place bigint)
  language plpgsql security definer set search_path = switch, pg_temp as $f$
  #variable_conflict use_column
  begin
    -- plpgsql keeps its plans: asked several times a second, almost always in vain
    return query
    with due as materialized (
      -- what has never left waits the first time of the schedule, however often it was claimed
      select s.tenant_id, s.attempt_id, s.kind, case when s.first_sent_at is null then 1 else s.tries + 1 end as copy from switch.saf s
       where s.link = p_link and s.state = 'pending' and s.next_at <= p_at
         and exists (select from switch.link_lease l where l.link = p_link and l.fence = p_fence)
         and (s.first_sent_at is not null or not exists (
           select from switch.saf elder
            where elder.link = s.link and elder.terminal = s.terminal and elder.state = 'pending' and elder.first_sent_at is null
              and elder.place < s.place and elder.next_at > s.next_at))
       order by s.next_at, s.place limit p_limit for update of s skip locked)
    update switch.saf s
       set tries = due.copy, fence = p_fence,
           next_at = p_at + interval '1 millisecond' * p_schedule[least(due.copy, cardinality(p_schedule))]
      from due where s.tenant_id = due.tenant_id and s.attempt_id = due.attempt_id and s.kind = due.kind
    returning s.tenant_id, s.attempt_id, s.kind, s.terminal, s.stan::text, s.place;
  end $f$`;

/** Without a tenant, because an operator works for all: references, amounts and states, nothing of a card. */
const PEOPLE = `
  create table switch.saf_order (
    attempt_id uuid not null,
    kind text not null,
    asked_by text not null,
    reason text not null,
    asked_at timestamptz not null,
    approved_by text constraint saf_order_two_people check (approved_by <> asked_by),
    approved_at timestamptz,
    constraint saf_order_pkey primary key (attempt_id, kind));
  revoke delete on switch.saf_order from tsunagu_switch;

  create function switch.saf_list(p_link text, p_states text[], p_after bigint, p_limit int)
  returns table (attempt_id uuid, kind text, state text, link text, terminal text, reason_code text, action_code text, amount_minor bigint,
    currency text, queued_at timestamptz, first_sent_at timestamptz, next_at timestamptz, sends int, place bigint, attempt_state text, asked_by text)
  language sql security definer set search_path = switch, pg_temp as $f$
    select s.attempt_id, s.kind, s.state, s.link, split_part(s.terminal, '/', 3), s.reason_code, s.action_code::text, s.amount_minor,
           s.currency::text, s.queued_at, s.first_sent_at, s.next_at, s.sends, s.place, j.state, o.asked_by
      from switch.saf s join switch.journal j on j.tenant_id = s.tenant_id and j.attempt_id = s.attempt_id
      left join switch.saf_order o on o.attempt_id = s.attempt_id and o.kind = s.kind and o.approved_at is null
     where (p_link is null or s.link = p_link) and s.state = any(p_states) and s.place > p_after
     order by s.place limit p_limit
  $f$;

  -- A reversal can always be said again; an advice only while its end is not known.
  create function switch.saf_retry(p_attempt uuid, p_kind text, p_at timestamptz) returns text
  language sql security definer set search_path = switch, pg_temp as $f$
    update switch.saf s set state = 'pending', next_at = p_at, retried_at = p_at, ended_at = null, tries = 0
      from switch.journal j
     where s.attempt_id = p_attempt and s.kind = p_kind and s.state in ('error', 'expired')
       and j.tenant_id = s.tenant_id and j.attempt_id = s.attempt_id
       and (s.kind = 'reversal' or j.state = 'sent_unknown') and j.state not in ('reversed', 'declined')
    returning s.link
  $f$;

  create function switch.saf_order(p_attempt uuid, p_kind text, p_by text, p_reason text, p_at timestamptz) returns boolean
  language sql security definer set search_path = switch, pg_temp as $f$
    with ordered as (
      insert into switch.saf_order as o (attempt_id, kind, asked_by, reason, asked_at)
      select s.attempt_id, s.kind, p_by, p_reason, p_at from switch.saf s
       where s.attempt_id = p_attempt and s.kind = p_kind and s.state in ('pending', 'error', 'expired')
      on conflict (attempt_id, kind) do update set asked_by = p_by, reason = p_reason, asked_at = p_at where o.approved_at is null
      returning 1)
    select exists (select from ordered)
  $f$;

  -- The second person: the entry ends, and the attempt is in doubt; nobody says "not charged" of it.
  create function switch.saf_approve(p_attempt uuid, p_kind text, p_by text, p_at timestamptz) returns boolean
  language sql security definer set search_path = switch, pg_temp as $f$
    with attempt as materialized (
      select j.tenant_id, j.attempt_id from switch.journal j join switch.saf s on s.tenant_id = j.tenant_id and s.attempt_id = j.attempt_id
       where s.attempt_id = p_attempt and s.kind = p_kind for update of j),
    approved as (
      update switch.saf_order o set approved_by = p_by, approved_at = p_at
       where o.attempt_id = p_attempt and o.kind = p_kind and o.approved_at is null and o.asked_by <> p_by
         and exists (select from attempt) returning o.attempt_id),
    ended as (
      update switch.saf s set state = 'error', ended_at = coalesce(s.ended_at, p_at) from approved, attempt a
       where s.tenant_id = a.tenant_id and s.attempt_id = a.attempt_id and s.kind = p_kind and s.state in ('pending', 'error', 'expired')
      returning s.tenant_id, s.attempt_id),
    moved as (
      update switch.journal j set state = 'in_doubt', reason = 'given_up', moved_at = p_at from ended e
       where j.tenant_id = e.tenant_id and j.attempt_id = e.attempt_id and j.state in ('sent_unknown', 'reversing', 'in_doubt'))
    select exists (select from approved)
  $f$`;
