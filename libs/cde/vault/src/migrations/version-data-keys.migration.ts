import type { MigrationInterface, QueryRunner } from 'typeorm';

/**
 * Which key of the HSM wraps a tenant's data key, so that the wrapping key can change. Additive; the rows of before are under the first one.
 */
export class VersionDataKeys1795000010013 implements MigrationInterface {
  readonly name = 'VersionDataKeys1795000010013';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table vault.tenant_data_key add column kek_id text not null default 'pan-kek';
      alter table vault.tenant_data_key alter column kek_id drop default;
      create index tenant_data_key_by_kek on vault.tenant_data_key (kek_id);

      create function vault.data_keys_due(current_kek text, most int) returns table (tenant_id uuid, id uuid) language sql stable security definer
        set search_path = vault, pg_temp as $f$
          select k.tenant_id, k.id from vault.tenant_data_key k where k.kek_id <> current_kek limit most
        $f$;
      create function vault.is_key_in_use(key text) returns boolean language sql stable security definer
        set search_path = vault, pg_temp as $f$
          select exists (select from vault.tenant_data_key k where k.kek_id = key)
            or exists (select from vault.device d where d.bdk_id = key and d.state <> 'retired')
        $f$`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      drop function vault.is_key_in_use(text);
      drop function vault.data_keys_due(text, int);
      drop index vault.tenant_data_key_by_kek;
      alter table vault.tenant_data_key drop column kek_id`);
  }
}
