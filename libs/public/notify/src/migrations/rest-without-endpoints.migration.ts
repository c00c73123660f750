import type { MigrationInterface, QueryRunner } from 'typeorm';

/** The claim of due deliveries rests while no endpoint has a URL. Additive; safe while the previous release is running. */
export class RestWithoutEndpoints1795000003002 implements MigrationInterface {
  readonly name = 'RestWithoutEndpoints1795000003002';

  async up(db: QueryRunner): Promise<void> {
    await db.query(CLAIM);
  }

  /** The former function answers the same, slower: there is nothing to take back. */
  async down(): Promise<void> {}
}

/**
 * As before, after a look at the small table: the search over all months of deliveries cost 2 to 18 ms twice a second
 * in every worker, also where nobody listens.
 */
const CLAIM = `
  create or replace function gateway.claim_webhook_deliveries(per_endpoint int, lease_ms int, busy uuid[])
  returns table (tenant_id uuid, event_id uuid, endpoint_id uuid)
  language plpgsql volatile security definer set search_path = pg_catalog as $f$
  #variable_conflict use_column
  begin
    if not exists (
      select from gateway.webhook_endpoint w where w.state = 'enabled' and w.url is not null and w.id <> all (busy)
    ) then return; end if;
    return query
    update gateway.webhook_delivery d set leased_until = clock_timestamp() + lease_ms * interval '1 millisecond'
      from (
        select due.tenant_id, due.event_id, due.endpoint_id
          from gateway.webhook_endpoint w
          cross join lateral (
            select p.tenant_id, p.event_id, p.endpoint_id from gateway.webhook_delivery p
             where p.tenant_id = w.tenant_id and p.endpoint_id = w.id and p.state = 'pending'
               and p.next_at <= clock_timestamp() and (p.leased_until is null or p.leased_until < clock_timestamp())
             order by p.next_at limit per_endpoint for update skip locked
          ) due
         where w.state = 'enabled' and w.url is not null and w.id <> all (busy)
         limit 256
      ) due
     where d.tenant_id = due.tenant_id and d.event_id = due.event_id and d.endpoint_id = due.endpoint_id
    returning d.tenant_id, d.event_id, d.endpoint_id;
  end $f$`;
