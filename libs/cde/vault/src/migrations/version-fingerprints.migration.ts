import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Which version of the index key made the fingerprint of a card, so that it can change; the cards of before are under the first. Additive. */
export class VersionFingerprints1795000010027 implements MigrationInterface {
  readonly name = 'VersionFingerprints1795000010027';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table vault.card add column index_version smallint not null default '1';
      create index card_by_index_version on vault.card (index_version);

      create function vault.cards_to_reindex(current_version int, most int) returns table (tenant_id uuid, token_id uuid)
        language sql stable security definer set search_path = vault, pg_temp as $f$
          (select c.tenant_id, c.token_id from vault.card c where c.index_version < current_version::smallint limit most)
        $f$;
      create or replace function vault.is_key_in_use(key text) returns boolean language sql stable security definer
        set search_path = vault, pg_temp as $f$
          select exists (select from vault.tenant_data_key k where k.kek_id = key)
            or exists (select from vault.device d where d.bdk_id = key and d.state <> 'retired')
            or exists (select from vault.key_record r join vault.card c on c.index_version = r.version::smallint where r.id = key and r.purpose = 'pan-index')
        $f$`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      create or replace function vault.is_key_in_use(key text) returns boolean language sql stable security definer
        set search_path = vault, pg_temp as $f$
          select exists (select from vault.tenant_data_key k where k.kek_id = key)
            or exists (select from vault.device d where d.bdk_id = key and d.state <> 'retired')
        $f$;
      drop function vault.cards_to_reindex(int, int);
      drop index vault.card_by_index_version;
      alter table vault.card drop column index_version`);
  }
}
