import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Totals of links, kept by the journal itself; reconciliations, what peers hold, and difference cases.
 * Additive; safe while the previous release is running: its answers carry no business date and are not counted.
 */
export class ReconcileLinks1795000020041 implements MigrationInterface {
  readonly name = 'ReconcileLinks1795000020041';

  async up(db: QueryRunner): Promise<void> {
    await db.query(COUNTING);
    await db.query(RUNS);
    await db.query(CASES);
    await db.query(DUE);
    await db.query(COMPARISON);
    await db.query(GRANTS);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      drop function switch.compare_details, switch.presumed_unknown_there, switch.corrections_unknown, switch.due_finals, switch.totals_from_journal;
      drop table switch.difference_item, switch.difference_case, switch.peer_detail, switch.reconciliation, switch.reconciliation_watch;
      drop trigger journal_counted on switch.journal;
      drop function switch.count_journal, switch.contributions, switch.total_class;
      drop table switch.link_total, switch.link_day;
      drop index switch.journal_counted_on, switch.journal_reversed_on;
      alter table switch.journal drop column business_date, drop column reversal_date, drop column presumed`);
  }
}

/**
 * A row of the journal says by three columns what it adds to the totals; whoever changes them changes the totals in the same transaction,
 * and nobody else does. Sixteen slots, so that answers of one link do not queue for one row. @source reference/iso8583-1993.md §14
 */
const COUNTING = `
  alter table switch.journal
    add column business_date date,
    add column reversal_date date,
    add column presumed boolean not null default false;
  comment on column switch.journal.business_date is 'Reconciliation that the approved original belongs to (field 15); null: not counted';
  comment on column switch.journal.reversal_date is 'Reconciliation that its accepted reversal belongs to (field 15 of the 1430)';
  comment on column switch.journal.presumed is 'Nobody saw the yes: the peer accepted the reversal, so it must have booked the original';
  create index journal_counted_on on switch.journal (link, business_date) where business_date is not null;
  create index journal_reversed_on on switch.journal (link, reversal_date) where reversal_date is not null;

  create table switch.link_day (
    link text not null,
    business_date date not null,
    opened_at timestamptz not null,
    told_by text not null constraint link_day_told_by check (told_by in ('answer', 'cutover')),
    constraint link_day_pkey primary key (link, business_date));

  create table switch.link_total (
    link text not null,
    business_date date not null,
    currency char(3) not null,
    product text not null,
    class text not null constraint link_total_class check
      (class in ('credit', 'debit', 'transfer', 'inquiry', 'authorization', 'payment')),
    sign text not null constraint link_total_sign check (sign in ('original', 'reversal')),
    slot smallint not null,
    number bigint not null,
    amount_minor bigint not null,
    constraint link_total_pkey primary key (link, business_date, currency, product, class, sign, slot)) with (fillfactor = 50);

  create function switch.total_class(p_operation text) returns text language sql immutable as $f$
    select case p_operation when 'authorize' then 'authorization' when 'refund' then 'credit' else 'debit' end
  $f$;

  create function switch.contributions(p_row switch.journal) returns table (business_date date, sign text, number int, amount bigint)
  language sql immutable as $f$
    select p_row.business_date, 'original', 1, coalesce(p_row.approved_minor, p_row.amount_minor) where p_row.business_date is not null
    union all
    select p_row.reversal_date, 'reversal', 1, coalesce(p_row.approved_minor, p_row.amount_minor) where p_row.reversal_date is not null
  $f$;

  create function switch.count_journal() returns trigger language plpgsql set search_path = switch, pg_temp as $f$
  begin
    insert into switch.link_total as t (link, business_date, currency, product, class, sign, slot, number, amount_minor)
    select new.link, c.business_date, new.currency, new.request->>'method', switch.total_class(new.request->>'operation'), c.sign,
           get_byte(uuid_send(new.attempt_id), 15) % 16, sum(c.number), sum(c.number * c.amount)
      from (select o.business_date, o.sign, -o.number, o.amount from switch.contributions(old) o
            union all select n.business_date, n.sign, n.number, n.amount from switch.contributions(new) n) c (business_date, sign, number, amount)
     group by c.business_date, c.sign
    having sum(c.number) <> 0 or sum(c.number * c.amount) <> 0
     order by c.business_date, c.sign
    on conflict on constraint link_total_pkey do update
       set number = t.number + excluded.number, amount_minor = t.amount_minor + excluded.amount_minor;
    return null;
  end $f$;
  create trigger journal_counted after update on switch.journal for each row
    when (old.business_date is distinct from new.business_date or old.reversal_date is distinct from new.reversal_date
      or (new.business_date is not null and old.approved_minor is distinct from new.approved_minor))
    execute function switch.count_journal();

  create function switch.totals_from_journal(p_link text, p_date date)
  returns table (currency text, product text, class text, sign text, number bigint, amount_minor bigint)
  language sql security definer set search_path = switch, pg_temp as $f$
    select j.currency::text, j.request->>'method', switch.total_class(j.request->>'operation'), c.sign, count(*), sum(c.amount)::bigint
      from switch.journal j cross join lateral switch.contributions(j) c
     where j.link = p_link and (j.business_date = p_date or j.reversal_date = p_date) and c.business_date = p_date
     group by 1, 2, 3, 4
  $f$`;

const RUNS = `
  create table switch.reconciliation (
    id uuid not null constraint reconciliation_pkey primary key,
    link text not null,
    business_date date not null,
    currency char(3) not null,
    kind text not null constraint reconciliation_kind check (kind in ('final', 'checkpoint', 'peer')),
    number int not null,
    state text not null constraint reconciliation_state check (state in ('sending', 'asking', 'balanced', 'differs', 'refused')),
    stan char(6),
    local_time char(12),
    tries int not null default 0,
    next_at timestamptz,
    action_code char(3),
    ours jsonb not null,
    theirs jsonb,
    opened_at timestamptz not null,
    ended_at timestamptz,
    constraint reconciliation_once unique (link, business_date, currency, kind, number));
  create index reconciliation_due on switch.reconciliation (link, next_at) where state in ('sending', 'asking');

  create table switch.reconciliation_watch (
    link text not null,
    rrn char(12) not null,
    local_time char(12) not null,
    reason text not null,
    amount_minor bigint,
    business_date date,
    seen_at timestamptz not null,
    constraint reconciliation_watch_pkey primary key (link, rrn, local_time))`;

/** Centre tables: references, amounts and masked ends only; a tenant is never named in them. */
const CASES = `
  create table switch.difference_case (
    id uuid not null constraint difference_case_pkey primary key,
    reconciliation_id uuid not null constraint difference_case_of_run references switch.reconciliation (id),
    link text not null,
    business_date date not null,
    currency char(3) not null,
    state text not null constraint difference_case_state check (state in ('open', 'closed')),
    details text not null constraint difference_case_details check (details in ('wanted', 'compared', 'unavailable')),
    owner text not null,
    deadline timestamptz not null,
    opened_at timestamptz not null,
    compared_at timestamptz,
    closed_at timestamptz,
    closed_by text,
    resolution text constraint difference_case_resolution check (resolution in ('corrected', 'explained', 'recounted')),
    reason text,
    constraint difference_case_closed check ((state = 'closed') = (closed_at is not null and closed_by is not null and resolution is not null)));
  create unique index difference_case_once on switch.difference_case (link, business_date, currency) where state = 'open';

  create table switch.difference_item (
    case_id uuid not null constraint difference_item_of_case references switch.difference_case (id),
    ordinal int not null,
    class text not null constraint difference_item_class check
      (class in ('missing_here', 'missing_there', 'amount', 'twice', 'reversed', 'date', 'presumed')),
    rrn char(12) not null,
    local_time char(12) not null,
    terminal text,
    ours_minor bigint,
    theirs_minor bigint,
    attempt_id uuid,
    note text not null,
    constraint difference_item_pkey primary key (case_id, ordinal));

  create table switch.peer_detail (
    case_id uuid not null constraint peer_detail_of_case references switch.difference_case (id),
    ordinal int not null,
    rrn char(12) not null,
    local_time char(12) not null,
    class text not null,
    terminal text,
    amount_minor bigint not null,
    business_date date not null,
    reversal_date date,
    constraint peer_detail_pkey primary key (case_id, ordinal));
  create index peer_detail_by_reference on switch.peer_detail (case_id, rrn, local_time)`;

/** Dates whose final can be sent: the next date has been open for a while, and nothing sent before the cutover is still owed. */
const DUE = `
  create function switch.due_finals(p_link text, p_at timestamptz, p_delay interval)
  returns table (business_date text, currency text)
  language sql security definer set search_path = switch, pg_temp as $f$
    with closed as (
      select d.business_date, min(n.opened_at) as cutover_at
        from switch.link_day d join switch.link_day n on n.link = d.link and n.business_date > d.business_date
       where d.link = p_link and d.business_date > (p_at - interval '40 days')::date
       group by d.business_date)
    select c.business_date::text, t.currency::text
      from closed c cross join lateral (
        select distinct t.currency from switch.link_total t where t.link = p_link and t.business_date = c.business_date) t
     where c.cutover_at + p_delay <= p_at
       and not exists (select from switch.reconciliation r where r.link = p_link and r.business_date = c.business_date
                        and r.currency = t.currency and r.kind = 'final')
       and not exists (select from switch.saf s join switch.journal j on j.tenant_id = s.tenant_id and j.attempt_id = s.attempt_id
                        where s.link = p_link and s.state = 'pending' and j.opened_at < c.cutover_at)
       and not exists (select from switch.journal j where j.link = p_link and j.state = 'sending' and j.opened_at < c.cutover_at)
     order by 1, 2
  $f$`;

/** Which transactions differ, by name. Ours are those that count on the date; theirs are what the peer delivered for it. */
const COMPARISON = `
  create function switch.compare_details(p_case uuid, p_at timestamptz) returns int
  language plpgsql security definer set search_path = switch, pg_temp as $f$
  #variable_conflict use_column
  declare
    k switch.difference_case;
    found int;
  begin
    select * into strict k from switch.difference_case where id = p_case for update;
    delete from switch.difference_item where case_id = p_case;
    insert into switch.difference_item (case_id, ordinal, class, rrn, local_time, terminal, ours_minor, theirs_minor, attempt_id, note)
    with ours as (
      select j.rrn, j.local_time, j.attempt_id, j.request->'acceptor'->>'terminal' as terminal, j.business_date, j.reversal_date, j.presumed,
             coalesce(j.approved_minor, j.amount_minor) as amount_minor
        from switch.journal j
       where j.link = k.link and j.currency = k.currency and (j.business_date = k.business_date or j.reversal_date = k.business_date)),
    copies as (
      select d.*, row_number() over (partition by d.rrn, d.local_time order by d.ordinal) as copy
        from switch.peer_detail d where d.case_id = p_case),
    named as (
      select coalesce(o.rrn, t.rrn) as rrn, coalesce(o.local_time, t.local_time) as local_time, coalesce(o.terminal, t.terminal) as terminal,
             o.amount_minor as ours_minor, t.amount_minor as theirs_minor, coalesce(o.attempt_id, e.attempt_id) as attempt_id,
             o.rrn is not null as is_here, t.rrn is not null as is_there, coalesce(t.copy, 1) > 1 as is_copy, coalesce(o.presumed, false) as presumed,
             o.business_date as our_date, t.business_date as their_date, o.reversal_date as our_reversal, t.reversal_date as their_reversal,
             e.state as elsewhere, e.business_date as elsewhere_on
        from ours o full join copies t on t.rrn = o.rrn and t.local_time = o.local_time
        left join switch.wire_identity w on o.rrn is null and w.link = k.link and w.rrn = t.rrn and w.local_time = t.local_time
        left join switch.journal e on e.tenant_id = w.tenant_id and e.attempt_id = w.attempt_id),
    judged as (
      select *, case
        when is_copy then 'twice'
        when is_here and not is_there and presumed then 'presumed'
        when is_here and not is_there then 'missing_there'
        when not is_here and elsewhere_on is not null then 'date'
        when not is_here then 'missing_here'
        when (our_reversal is null) <> (their_reversal is null) then 'reversed'
        when ours_minor <> theirs_minor then 'amount'
        when our_date is distinct from their_date or our_reversal is distinct from their_reversal then 'date'
        end as class from named)
    select p_case, row_number() over (order by class, rrn, local_time), class, rrn, local_time, terminal,
           case when is_here then ours_minor end, theirs_minor, attempt_id,
           case class
             when 'twice' then 'the peer booked one reference more than once'
             when 'presumed' then 'its answer was lost and its reversal accepted; the peer never booked it'
             when 'missing_there' then 'approved here, unknown there'
             when 'missing_here' then coalesce('booked there; here it is ' || elsewhere, 'booked there; never sent from here')
             when 'reversed' then case when our_reversal is null then 'reversed there, stands here' else 'reversed here, stands there' end
             when 'amount' then 'both hold it, not with the same amount'
             else 'both hold it, not on the same date' end
      from judged where class is not null;
    get diagnostics found = row_count;
    update switch.difference_case set details = 'compared', compared_at = p_at where id = p_case;
    return found;
  end $f$;

  -- What was only presumed counts no more, once the peer has shown that it never booked it. The items keep the record.
  create function switch.presumed_unknown_there(p_case uuid) returns int
  language sql security definer set search_path = switch, pg_temp as $f$
    with taken as (
      update switch.journal j set business_date = null, reversal_date = null
        from switch.difference_item i join switch.difference_case k on k.id = i.case_id
        join switch.wire_identity w on w.link = k.link and w.rrn = i.rrn and w.local_time = i.local_time
       where i.case_id = p_case and i.class = 'presumed' and j.tenant_id = w.tenant_id and j.attempt_id = w.attempt_id
         and j.presumed and j.state = 'reversed' and j.business_date is not null
      returning 1)
    select count(*)::int from taken
  $f$;

  create function switch.corrections_unknown(p_attempts uuid[]) returns setof uuid
  language sql security definer set search_path = switch, pg_temp as $f$
    select a from unnest(p_attempts) a where not exists (select from switch.journal j where j.attempt_id = a)
  $f$`;

const GRANTS = `
  revoke delete on switch.link_day, switch.link_total, switch.reconciliation, switch.reconciliation_watch, switch.difference_case,
    switch.difference_item from tsunagu_switch;
  revoke update on switch.link_day, switch.difference_item from tsunagu_switch`;
