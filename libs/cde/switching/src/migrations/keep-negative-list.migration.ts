import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Blocked cards of counterparts, by keyed fingerprint; no card number has a place here. Additive; safe while the previous release is running. */
export class KeepNegativeList1795000020043 implements MigrationInterface {
  readonly name = 'KeepNegativeList1795000020043';

  async up(db: QueryRunner): Promise<void> {
    await db.query(TABLES);
    await db.query(APPLY);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`drop function switch.negative_apply; drop table switch.negative_card, switch.negative_stream`);
  }
}

const TABLES = `
  create table switch.negative_stream (
    tenant_id uuid not null,
    link text not null,
    file text not null,
    last_number int not null,
    generation int not null default 0,
    is_stale boolean not null default false,
    changed_at timestamptz not null,
    constraint negative_stream_pkey primary key (tenant_id, link, file));

  create table switch.negative_card (
    fingerprint bytea not null constraint negative_card_fingerprint check (length(fingerprint) = 32),
    tenant_id uuid not null,
    link text not null,
    file text not null,
    generation int not null,
    reason char(1) not null constraint negative_card_reason check (reason in ('L', 'S', 'U', 'C', 'O')),
    expiry char(4),
    effective_on date not null,
    purge_on date,
    shown varchar(11) not null constraint negative_card_shown check (shown ~ '^[0-9]{6}-[0-9]{4}$'),
    number int not null,
    changed_at timestamptz not null,
    constraint negative_card_pkey primary key (fingerprint, tenant_id, link, file));
  create index negative_card_by_file on switch.negative_card (tenant_id, link, file, generation);
  comment on column switch.negative_card.tenant_id is 'Whose payments it stops; the nil UUID: everybody''s (a list of a card company)'`;

/** One numbered change: a repeat is answered like the first, a gap is refused and marks the file stale, the next one is applied. */
const APPLY = `
  create function switch.negative_apply(p_tenant uuid, p_link text, p_file text, p_number int, p_operation text, p_fingerprint bytea,
    p_reason text, p_expiry text, p_effective date, p_purge date, p_shown text, p_at timestamptz) returns text
  language plpgsql security definer set search_path = switch, pg_temp as $f$
  declare
    s switch.negative_stream;
    was_there boolean;
  begin
    insert into switch.negative_stream (tenant_id, link, file, last_number, changed_at) values (p_tenant, p_link, p_file, 0, p_at) on conflict do nothing;
    select * into strict s from switch.negative_stream where tenant_id = p_tenant and link = p_link and file = p_file for update;
    was_there := exists (select from switch.negative_card c where c.fingerprint = p_fingerprint and c.tenant_id = p_tenant and c.link = p_link
      and c.file = p_file);
    if p_operation = 'inquire' then
      return case when was_there then '300' else '302' end;
    end if;
    if p_operation = 'begin' then
      update switch.negative_stream set last_number = p_number, generation = s.generation + 1, is_stale = false, changed_at = p_at
       where tenant_id = p_tenant and link = p_link and file = p_file;
      return '300';
    end if;
    if p_number <= s.last_number then
      return '300'; -- said again: it was applied when it was said first
    end if;
    if p_number > s.last_number + 1 then
      update switch.negative_stream set is_stale = true where tenant_id = p_tenant and link = p_link and file = p_file;
      return '922';
    end if;
    update switch.negative_stream set last_number = p_number, is_stale = false, changed_at = p_at
     where tenant_id = p_tenant and link = p_link and file = p_file;
    if p_operation = 'end' then
      delete from switch.negative_card where tenant_id = p_tenant and link = p_link and file = p_file and generation < s.generation;
      return '300';
    end if;
    if p_operation = 'delete' then
      delete from switch.negative_card where fingerprint = p_fingerprint and tenant_id = p_tenant and link = p_link and file = p_file;
      return case when was_there then '300' else '302' end;
    end if;
    if p_operation = 'change' and not was_there then
      return '302';
    end if;
    insert into switch.negative_card (fingerprint, tenant_id, link, file, generation, reason, expiry, effective_on, purge_on, shown, number, changed_at)
    values (p_fingerprint, p_tenant, p_link, p_file, s.generation, p_reason, p_expiry, p_effective, p_purge, p_shown, p_number, p_at)
    on conflict (fingerprint, tenant_id, link, file) do update set generation = excluded.generation, reason = excluded.reason, expiry = excluded.expiry,
      effective_on = excluded.effective_on, purge_on = excluded.purge_on, number = excluded.number, changed_at = excluded.changed_at;
    return case when p_operation = 'add' and was_there then '303' else '300' end;
  end $f$`;
