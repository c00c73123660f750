import { Injectable } from '@nestjs/common';
import { AppConfig, Transactions, sql } from '@tsunagu/platform';
import { tenantEventBody, type TenantEvent } from './event-body.js';

/** The id decides: written again, nothing happens, and no second delivery is owed. */
const RECORD_ONCE = sql(
  'event_record_once',
  `with written as (
     insert into gateway.event (tenant_id, id, type, occurred_at, body) values ($1, $2, $3, $4, $5)
     on conflict do nothing returning tenant_id, id, type)
   insert into gateway.webhook_delivery (tenant_id, event_id, endpoint_id, next_at)
   select written.tenant_id, written.id, w.id, now()
     from written join gateway.webhook_endpoint w on w.tenant_id = written.tenant_id
    where w.state = 'enabled' and w.url is not null and (w.types is null or written.type = any (w.types))`,
);

/** Events of a tenant that belong to no payment, and come from a place that may tell them more than once. */
@Injectable()
export class TenantEvents {
  readonly #isLive: boolean;

  constructor(
    config: AppConfig,
    private readonly transactions: Transactions,
  ) {
    this.#isLive = config.isProduction;
  }

  /** @throws DatabaseError, DatabaseUnavailableError */
  async recordOnce(event: TenantEvent): Promise<void> {
    const { tenantId, id, type, occurredAt } = event;
    const values = [tenantId, id, type, occurredAt, tenantEventBody(event, this.#isLive)];
    await this.transactions.ask({ tenantId }, RECORD_ONCE, values);
  }
}
