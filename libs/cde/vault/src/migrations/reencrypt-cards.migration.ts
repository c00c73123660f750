import type { MigrationInterface, QueryRunner } from 'typeorm';

/** Work without a tenant for giving old cards a new data key: ids of cards, and the end of data keys that no card needs. Additive. */
export class ReencryptCards1795000010025 implements MigrationInterface {
  readonly name = 'ReencryptCards1795000010025';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create function vault.cards_to_reencrypt(made_before timestamptz, most int) returns table (tenant_id uuid, token_id uuid, dek_id uuid)
        language sql stable security definer set search_path = vault, pg_temp as $f$
          select c.tenant_id, c.token_id, c.dek_id from vault.tenant_data_key k
          join vault.card c on c.tenant_id = k.tenant_id and c.dek_id = k.id
          where k.created_at < made_before limit most
        $f$;
      create function vault.drop_unused_data_keys(made_before timestamptz) returns bigint
        language sql volatile security definer set search_path = vault, pg_temp as $f$
          with gone as (
            delete from vault.tenant_data_key k where k.created_at < least(made_before, now() - interval '62 days')
              and not exists (select from vault.card c where c.tenant_id = k.tenant_id and c.dek_id = k.id) returning 1)
          select count(*) from gone
        $f$`);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      drop function vault.drop_unused_data_keys(timestamptz);
      drop function vault.cards_to_reencrypt(timestamptz, int)`);
  }
}
