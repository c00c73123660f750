import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where the leader of a link is asked, what operators order, and answers that nobody waited for. Additive; the previous release leaves the address empty, and is then not asked. */
export class AddressLeases1795000020061 implements MigrationInterface {
  readonly name = 'AddressLeases1795000020061';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table switch.link_lease add column address text not null default '';

      create table switch.link_order (
        place bigint generated always as identity constraint link_order_pkey primary key,
        at timestamptz not null,
        link text not null,
        ordered_by text not null,
        action text not null,
        detail text not null,
        request_id text not null,
        outcome text not null constraint link_order_outcome check (outcome in ('done', 'refused', 'waiting', 'failed')));
      create table switch.link_stray (
        place bigint generated always as identity constraint link_stray_pkey primary key,
        at timestamptz not null,
        link text not null,
        kind text not null constraint link_stray_kind check (kind in ('late', 'duplicate', 'unmatched')),
        mti char(4) not null,
        stan text,
        rrn text,
        local_time text,
        action_code text,
        message jsonb not null);
      comment on table switch.link_stray is 'Answers that nobody waited for, masked: centre table, never changed and never deleted from';

      comment on table switch.link_order is 'What operators ordered a link to do: centre table, never changed and never deleted from';
      revoke update, delete on switch.link_order, switch.link_stray from tsunagu_switch`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(
      `drop table switch.link_stray; drop table switch.link_order; alter table switch.link_lease drop column address`,
    );
  }
}
