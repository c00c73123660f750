import { Injectable } from '@nestjs/common';
import { AppConfig, EventSink, sql, type DomainEvent, type Tx } from '@tsunagu/platform';
import { eventBody } from './event-body.js';

/** One statement, so that an event costs one message on the pipelined connection. */
const RECORD = sql(
  'event_record',
  `with written as (
     insert into gateway.event (tenant_id, id, type, store_id, payment_id, sequence, occurred_at, body)
     values ($1, $2, $3, $4, $5, $6, $7, $8) returning tenant_id, id, type)
   insert into gateway.webhook_delivery (tenant_id, event_id, endpoint_id, next_at)
   select written.tenant_id, written.id, w.id, now() + $9::int * interval '1 second'
     from written join gateway.webhook_endpoint w on w.tenant_id = written.tenant_id
    where w.state = 'enabled' and w.url is not null and (w.types is null or written.type = any (w.types))`,
);

/** Sales of a sandbox that end with 916 are told late. @source api-conventions.md §11 */
const LATE_AMOUNT = 916;
const LATE_SECONDS = 60;

/** Writes events and the deliveries they owe into the transaction of the business change: both happen, or neither. */
@Injectable()
export class EventWriter extends EventSink {
  readonly #isLive: boolean;

  constructor(config: AppConfig) {
    super();
    this.#isLive = config.isProduction;
  }

  record(tx: Tx, event: DomainEvent): void {
    const { tenantId, id, type, storeId, paymentId, sequence, occurredAt } = event;
    const [body, late] = [eventBody(event, this.#isLive), this.#isLive ? 0 : lateSeconds(event.object)];
    tx.send(RECORD, [tenantId, id, type, storeId, paymentId, sequence, occurredAt, body, late]);
  }
}

function lateSeconds(object: unknown): number {
  const { money } = (object ?? {}) as { money?: { amount?: unknown } };
  return typeof money?.amount === 'number' && money.amount % 1_000 === LATE_AMOUNT ? LATE_SECONDS : 0;
}
