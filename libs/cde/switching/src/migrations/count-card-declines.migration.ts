import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Declines by card, for the limits of networks on sending a declined card again. Additive; safe while the previous release is running. */
export class CountCardDeclines1795000020081 implements MigrationInterface {
  readonly name = 'CountCardDeclines1795000020081';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table switch.card_decline (
        tenant_id uuid not null,
        attempt_id uuid not null,
        card_token uuid not null,
        action_code char(3) not null,
        declined_at timestamptz not null,
        constraint card_decline_pkey primary key (tenant_id, attempt_id));
      create index card_decline_by_card on switch.card_decline (tenant_id, card_token, declined_at);
      alter table switch.card_decline enable row level security; alter table switch.card_decline force row level security;
      create policy card_decline_tenant on switch.card_decline
        using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid);
      revoke update on switch.card_decline from tsunagu_switch`);
    await db.query(`
      create function switch.note_card_decline() returns trigger language plpgsql set search_path = switch, pg_temp as $f$
      begin
        insert into switch.card_decline (tenant_id, attempt_id, card_token, action_code, declined_at)
        values (new.tenant_id, new.attempt_id, (new.request ->> 'cardToken')::uuid, new.action_code, new.moved_at)
        on conflict do nothing;
        return null;
      end $f$;
      create trigger journal_card_decline after update of state on switch.journal for each row
        when (new.state = 'declined' and old.state is distinct from 'declined' and new.action_code is not null
              and new.request ->> 'cardToken' is not null)
        execute function switch.note_card_decline()`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      drop trigger journal_card_decline on switch.journal;
      drop function switch.note_card_decline;
      drop table switch.card_decline`);
  }
}
