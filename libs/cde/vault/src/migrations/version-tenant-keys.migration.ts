import type { MigrationInterface, QueryRunner } from 'typeorm';

const SECURED = 'language sql stable security definer set search_path = vault, pg_temp';
const UNDER_HOUSE = `select exists (select from vault.tenant_data_key k where k.kek_id = key)
            or exists (select from vault.device d where d.bdk_id = key and d.state <> 'retired')
            or exists (select from vault.key_record r join vault.card c on c.index_version = r.version::smallint where r.id = key and r.purpose = 'pan-index')`;

/**
 * Which key of its tenant a data key lies under, so that this key can change too. Additive; the rows of before are under the first one, or
 * (60 bytes) from before tenants had keys of their own.
 */
export class VersionTenantKeys1795000010032 implements MigrationInterface {
  readonly name = 'VersionTenantKeys1795000010032';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      alter table vault.tenant_data_key add column tenant_kek_id text;
      update vault.tenant_data_key set tenant_kek_id = 'tenant-kek-' || tenant_id where length(wrapped) = 88;
      alter table vault.tenant_data_key add constraint tenant_data_key_layers check ((length(wrapped) = 88) = (tenant_kek_id is not null));
      create index tenant_data_key_by_tenant_kek on vault.tenant_data_key (tenant_kek_id);

      create or replace function vault.data_keys_due(current_kek text, most int) returns table (tenant_id uuid, id uuid) ${SECURED} as $f$
          select k.tenant_id, k.id from vault.tenant_data_key k where k.kek_id <> current_kek
            or k.tenant_kek_id in (select r.id from vault.key_record r where r.purpose = 'tenant-kek' and r.state = 'decrypt-only')
          limit most
        $f$;
      create or replace function vault.is_key_in_use(key text) returns boolean ${SECURED} as $f$
          ${UNDER_HOUSE}
            or exists (select from vault.tenant_data_key k where k.tenant_kek_id = key)
        $f$`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      create or replace function vault.is_key_in_use(key text) returns boolean ${SECURED} as $f$
          ${UNDER_HOUSE}
        $f$;
      create or replace function vault.data_keys_due(current_kek text, most int) returns table (tenant_id uuid, id uuid) ${SECURED} as $f$
          select k.tenant_id, k.id from vault.tenant_data_key k where k.kek_id <> current_kek limit most
        $f$;
      drop index vault.tenant_data_key_by_tenant_kek;
      alter table vault.tenant_data_key drop column tenant_kek_id`);
  }
}
