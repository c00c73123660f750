import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Where the leader of a link is asked, and what operators order. Additive; the previous release leaves the address empty, and is then not asked. */
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
      comment on table switch.link_order is 'What operators ordered a link to do: centre table, never changed and never deleted from';
      revoke update, delete on switch.link_order from tsunagu_switch`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`drop table switch.link_order; alter table switch.link_lease drop column address`);
  }
}
