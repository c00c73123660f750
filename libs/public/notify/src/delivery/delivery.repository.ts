import { Injectable } from '@nestjs/common';
import { Centre, sql, Transactions } from '@tsunagu/platform';

const CLAIM = sql('webhook_claim', 'select * from gateway.claim_webhook_deliveries($1, $2, $3)');
const LOAD = sql(
  'webhook_load',
  `select d.attempts, e.body, e.type, w.url, w.sealed_secret, w.former_secret, w.former_until, w.failing_since
     from gateway.webhook_delivery d
     join gateway.event e on e.tenant_id = d.tenant_id and e.id = d.event_id
     join gateway.webhook_endpoint w on w.tenant_id = d.tenant_id and w.id = d.endpoint_id
    where d.tenant_id = $1 and d.event_id = $2 and d.endpoint_id = $3 and d.state = 'pending' and w.state = 'enabled' and w.url is not null`,
);
/** Compare-and-set on the number of attempts: whoever comes with old knowledge changes nothing. */
const MARK = sql(
  'webhook_mark',
  `update gateway.webhook_delivery
      set state = $5, attempts = attempts + 1, next_at = $6, leased_until = null, last_status = $7, last_error = $8, last_latency_ms = $9,
          last_at = $10, last_reply = $11,
          finished_at = case when $5 = 'pending' then null else now() end
    where tenant_id = $1 and event_id = $2 and endpoint_id = $3 and attempts = $4 and state = 'pending'
    returning event_id`,
);
const HEALED = sql(
  'webhook_healed',
  'update gateway.webhook_endpoint set failing_since = null where tenant_id = $1 and id = $2 and failing_since is not null',
);
const FAILING = sql(
  'webhook_failing',
  'update gateway.webhook_endpoint set failing_since = $3 where tenant_id = $1 and id = $2 and failing_since is null',
);
/** Nobody is left to send the event to: it is for the list of events. Written by whoever switches off, and only then. */
const DISABLE = sql(
  'webhook_disable',
  `with switched_off as (
     update gateway.webhook_endpoint set state = 'disabled' where tenant_id = $1 and id = $2 and state = 'enabled' returning tenant_id)
   insert into gateway.event (tenant_id, id, type, occurred_at, body)
   select switched_off.tenant_id, $3, 'webhook_endpoint.disabled', $4, $5 from switched_off`,
);

/** One debt: this event to this endpoint. */
export interface DeliveryKey {
  readonly tenantId: string;
  readonly eventId: string;
  readonly endpointId: string;
}

export interface LoadedDelivery {
  readonly attempts: number;
  readonly body: string;
  readonly type: string;
  readonly url: string;
  readonly sealed_secret: Buffer;
  /** Signs too until `former_until`. */
  readonly former_secret: Buffer | null;
  readonly former_until: Date | null;
  readonly failing_since: Date | null;
}

/** What one attempt changes. */
export interface DeliveryMark {
  readonly state: 'pending' | 'delivered' | 'failed';
  readonly attemptsBefore: number;
  readonly nextAt: Date;
  readonly status: number | null;
  readonly error: string | null;
  readonly latencyMs: number;
  readonly reply: string | null;
  readonly endpoint: 'healed' | 'failing' | 'disable';
  /** With `disable`: the event that tells of it. */
  readonly farewell?: { readonly id: string; readonly body: string };
  readonly at: Date;
}

/** Rows of webhook deliveries. */
@Injectable()
export class DeliveryRepository {
  constructor(
    private readonly centre: Centre,
    private readonly transactions: Transactions,
  ) {}

  /** Lease what is due. @param busy endpoints that have enough on their hands */
  async claim(perEndpoint: number, leaseMs: number, busy: readonly string[]): Promise<DeliveryKey[]> {
    const rows = await this.centre.query<{ tenant_id: string; event_id: string; endpoint_id: string }>(CLAIM, [
      perEndpoint,
      leaseMs,
      busy,
    ]);
    return rows.map((row) => ({ tenantId: row.tenant_id, eventId: row.event_id, endpointId: row.endpoint_id }));
  }

  async load(key: DeliveryKey): Promise<LoadedDelivery | undefined> {
    const [row] = await this.transactions.run(key, (tx) =>
      tx.query<LoadedDelivery>(LOAD, [key.tenantId, key.eventId, key.endpointId]),
    );
    return row;
  }

  async mark(key: DeliveryKey, mark: DeliveryMark): Promise<void> {
    await this.transactions.run(key, async (tx) => {
      const { state, attemptsBefore, nextAt, status, error, latencyMs } = mark;
      tx.send(MARK, [
        key.tenantId,
        key.eventId,
        key.endpointId,
        attemptsBefore,
        state,
        nextAt,
        status,
        error,
        latencyMs,
        mark.at,
        mark.reply,
      ]);
      if (mark.endpoint === 'healed') tx.send(HEALED, [key.tenantId, key.endpointId]);
      else tx.send(FAILING, [key.tenantId, key.endpointId, mark.at]);
      const { farewell } = mark;
      if (farewell !== undefined) tx.send(DISABLE, [key.tenantId, key.endpointId, farewell.id, mark.at, farewell.body]);
    });
  }
}
