import { Injectable } from '@nestjs/common';
import { Clock, newId, toWireId } from '@tsunagu/kernel';
import { sql, Transactions } from '@tsunagu/platform';
import { DeliveryLog, EndpointDisabledError, type DeliveryView } from './delivery-log.service.js';

const NEWEST = sql(
  'test_event_newest',
  'select body from gateway.event where tenant_id = $1 and payment_id = $2 order by sequence desc limit 1',
);
const ENDPOINT = sql(
  'test_event_endpoint',
  'select id, state from gateway.webhook_endpoint where tenant_id = $1 and url is not null for share',
);
/** It belongs to no payment: the list of a payment's events stays what happened. */
const TRIGGER = sql(
  'test_event_trigger',
  `with written as (
     insert into gateway.event (tenant_id, id, type, occurred_at, body) values ($1, $3, $4, $5, $6) returning tenant_id, id)
   insert into gateway.webhook_delivery (tenant_id, event_id, endpoint_id, next_at) select tenant_id, id, $2, $5 from written`,
);

/** Events that did not happen, for receivers that are being written. Only whoever knows that no money is real may call it. */
@Injectable()
export class TestEvents {
  constructor(
    private readonly transactions: Transactions,
    private readonly deliveries: DeliveryLog,
    private readonly clock: Clock,
  ) {}

  /**
   * Owe the endpoint, whatever types it hears, the newest snapshot of a payment under a type of choice. It has an id of its own, the
   * `sequence` of its snapshot, and `data.test: true`.
   * @returns undefined when the tenant has no such payment
   * @throws EndpointDisabledError there is no endpoint, or it is switched off
   */
  async trigger(
    ctx: { readonly tenantId: string; readonly requestId: string },
    { paymentId, type }: { readonly paymentId: string; readonly type: string },
  ): Promise<DeliveryView | undefined> {
    const at = this.clock.now();
    const id = newId(at);
    return this.transactions.run(ctx, async (tx) => {
      const [newest] = await tx.query<{ body: string }>(NEWEST, [ctx.tenantId, paymentId]);
      if (newest === undefined) return undefined;
      const [endpoint] = await tx.query<{ id: string; state: string }>(ENDPOINT, [ctx.tenantId]);
      if (endpoint?.state !== 'enabled') throw new EndpointDisabledError();
      const body = retold(newest.body, { id, type, at, requestId: ctx.requestId });
      await tx.query(TRIGGER, [ctx.tenantId, endpoint.id, id, type, at, body]);
      return this.deliveries.find(ctx, endpoint.id, id);
    });
  }
}

interface Told {
  readonly id: string;
  readonly type: string;
  readonly at: Date;
  readonly requestId: string;
}

/** The same envelope with another head; nothing changed, so there is no `previous`. */
function retold(body: string, { id, type, at, requestId }: Told): string {
  const event = JSON.parse(body) as { data: object };
  const head = { id: toWireId('evt', id), type, timestamp: at.toISOString(), request_id: requestId };
  return JSON.stringify({ ...event, ...head, data: { ...event.data, previous: null, test: true } });
}
