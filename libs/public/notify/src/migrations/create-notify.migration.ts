import type { MigrationInterface, QueryRunner } from 'typeorm';

const TENANT_TABLES = ['event', 'webhook_endpoint', 'webhook_delivery'] as const;

/** Events, webhook endpoints and deliveries. Additive; safe while the previous release is running. */
export class CreateNotify1795000003001 implements MigrationInterface {
  readonly name = 'CreateNotify1795000003001';

  async up(db: QueryRunner): Promise<void> {
    await db.query(`
      create table gateway.event (
        tenant_id uuid not null, id uuid not null, constraint event_pkey primary key (tenant_id, id),
        type text not null, store_id uuid not null, payment_id uuid not null,
        sequence int not null constraint event_sequence check (sequence > 0),
        occurred_at timestamptz not null,
        body text not null constraint event_body_length check (octet_length(body) <= 20480)
      ) partition by range (id);
      create index event_by_payment on gateway.event (tenant_id, payment_id, sequence);

      create table gateway.webhook_endpoint (
        tenant_id uuid not null, id uuid not null, constraint webhook_endpoint_pkey primary key (tenant_id, id),
        url text constraint webhook_endpoint_url check (length(url) <= 2000),
        sealed_secret bytea not null,
        types text[],
        state text not null default 'enabled' constraint webhook_endpoint_state check (state in ('enabled', 'disabled')),
        failing_since timestamptz,
        created_at timestamptz not null default now());

      create table gateway.webhook_delivery (
        tenant_id uuid not null, event_id uuid not null, endpoint_id uuid not null,
        constraint webhook_delivery_pkey primary key (tenant_id, event_id, endpoint_id),
        state text not null default 'pending' constraint webhook_delivery_state check (state in ('pending', 'delivered', 'failed')),
        attempts int not null default 0,
        next_at timestamptz not null,
        leased_until timestamptz,
        last_status int, last_error text, last_latency_ms int,
        finished_at timestamptz
      ) partition by range (event_id);
      create index webhook_delivery_due on gateway.webhook_delivery (tenant_id, endpoint_id, next_at) where state = 'pending';

      select gateway.ensure_partitions('gateway.event', (now() at time zone 'UTC' - interval '1 month')::date, 4);
      select gateway.ensure_partitions('gateway.webhook_delivery', (now() at time zone 'UTC' - interval '1 month')::date, 4)`);
    for (const table of TENANT_TABLES) {
      await db.query(`
        alter table gateway.${table} enable row level security;
        alter table gateway.${table} force row level security;
        create policy ${table}_tenant on gateway.${table} using (tenant_id = nullif(current_setting('app.tenant_id', true), '')::uuid)`);
    }
    await db.query(CLAIM);
  }

  async down(db: QueryRunner): Promise<void> {
    await db.query(`
      drop function gateway.claim_webhook_deliveries(int, int, uuid[]);
      drop table gateway.webhook_delivery; drop table gateway.webhook_endpoint; drop table gateway.event`);
  }
}

/**
 * Lease due deliveries, a few of each endpoint, so that a slow endpoint with a long backlog delays nobody.
 * Two deliverers never hold the same one; a lease that runs out is taken again: at least once.
 */
const CLAIM = `
  create function gateway.claim_webhook_deliveries(per_endpoint int, lease_ms int, busy uuid[])
  returns table (tenant_id uuid, event_id uuid, endpoint_id uuid)
  language sql volatile security definer set search_path = pg_catalog as $f$
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
    returning d.tenant_id, d.event_id, d.endpoint_id
  $f$;
  revoke all on function gateway.claim_webhook_deliveries(int, int, uuid[]) from public;
  grant execute on function gateway.claim_webhook_deliveries(int, int, uuid[]) to tsunagu_gateway`;
