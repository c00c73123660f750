import { Injectable } from '@nestjs/common';
import { AppError, Clock, newId, toWireId } from '@tsunagu/kernel';
import { AppConfig, sql, Transactions, uuidv7Floor } from '@tsunagu/platform';
import { tenantEventBody } from '../events/event-body.js';

const RETENTION_MS = 30 * 24 * 3_600_000;
/** Events that one replay asks for; the rest is asked for by another. */
const REPLAY_MAX = 10_000;

const COLUMNS = `d.event_id, e.type, d.state, d.attempts, d.next_at, d.last_at, d.last_status, d.last_error, d.last_latency_ms, d.last_reply`;
const FROM = `gateway.webhook_delivery d join gateway.event e on e.tenant_id = d.tenant_id and e.id = d.event_id
  where d.tenant_id = $1 and d.endpoint_id = $2 and d.event_id >= $3`;
const LIST = sql(
  'webhook_delivery_list',
  `select ${COLUMNS} from ${FROM} and ($4::uuid is null or d.event_id < $4) and ($5::text is null or d.state = $5)
    order by d.event_id desc limit $6`,
);
const LIST_AFTER = sql(
  'webhook_delivery_list_after',
  `select ${COLUMNS} from ${FROM} and d.event_id > $4 and ($5::text is null or d.state = $5) order by d.event_id limit $6`,
);
const FIND = sql('webhook_delivery_find', `select ${COLUMNS} from ${FROM} and d.event_id = $4`);
const ENDPOINT = sql(
  'webhook_delivery_endpoint',
  'select state from gateway.webhook_endpoint where tenant_id = $1 and id = $2 and url is not null for share',
);
/** The whole schedule from its beginning. One that is on the wire at this moment concludes first: compare-and-set on its attempts. */
const RESEND = sql(
  'webhook_delivery_resend',
  `update gateway.webhook_delivery set state = 'pending', attempts = 0, next_at = $4, leased_until = null, finished_at = null
    where tenant_id = $1 and endpoint_id = $2 and event_id = $3 returning event_id`,
);
const REPLAY = sql(
  'webhook_delivery_replay',
  `with wanted as (
     select e.tenant_id, e.id from gateway.event e
       left join gateway.webhook_delivery d on d.tenant_id = e.tenant_id and d.event_id = e.id and d.endpoint_id = $2
      where e.tenant_id = $1 and e.id >= $3 and e.id < $4 and ($5::text[] is null or e.type = any ($5))
        and case when $6 then d.state = 'failed' else d.state is distinct from 'pending' end
      order by e.id limit $7)
   insert into gateway.webhook_delivery (tenant_id, event_id, endpoint_id, next_at)
   select wanted.tenant_id, wanted.id, $2, $8 from wanted
   on conflict (tenant_id, event_id, endpoint_id) do update
     set state = 'pending', attempts = 0, next_at = excluded.next_at, leased_until = null, finished_at = null
   returning event_id`,
);
const TEST = sql(
  'webhook_delivery_test',
  `with written as (
     insert into gateway.event (tenant_id, id, type, occurred_at, body) values ($1, $3, 'webhook_endpoint.test', $4, $5) returning tenant_id, id)
   insert into gateway.webhook_delivery (tenant_id, event_id, endpoint_id, next_at) select tenant_id, id, $2, $4 from written`,
);

/** One debt as its owner sees it. */
export interface DeliveryView {
  /** Row id of the event: with one endpoint a tenant, it names the delivery as well. */
  readonly id: string;
  readonly type: string;
  readonly state: 'pending' | 'delivered' | 'failed';
  readonly attempts: number;
  /** When it is sent next; null when it is over. */
  readonly nextAt: Date | null;
  readonly lastAt: Date | null;
  readonly lastStatus: number | null;
  readonly lastError: string | null;
  readonly lastLatencyMs: number | null;
  /** Start of the receiver's last answer: untrusted text. */
  readonly lastReply: string | null;
}

/** Which events are sent again. */
export interface Replay {
  readonly since: Date;
  readonly until: Date;
  readonly types?: readonly string[];
  readonly onlyFailed: boolean;
}

/** The endpoint is switched off: nothing would be sent. */
export class EndpointDisabledError extends AppError {
  readonly code = 'state_conflict';
  readonly category = 'conflict';

  constructor() {
    super('the endpoint is switched off', { current_status: 'disabled' });
  }
}

type Ctx = { readonly tenantId: string; readonly requestId: string };

/** What became of each webhook, and how to send it again: for the owner of the endpoint. */
@Injectable()
export class DeliveryLog {
  readonly #isLive: boolean;

  constructor(
    private readonly transactions: Transactions,
    private readonly clock: Clock,
    config: AppConfig,
  ) {
    this.#isLive = config.isProduction;
  }

  /** Newest first, 30 days; undefined when the tenant has no such endpoint. */
  async list(
    ctx: Ctx,
    endpointId: string,
    page: { limit: number; beforeId?: string; afterId?: string; state?: string },
  ): Promise<{ data: DeliveryView[]; hasMore: boolean } | undefined> {
    const walksUp = page.afterId !== undefined;
    const edge = page.afterId ?? page.beforeId ?? null;
    const values = [ctx.tenantId, endpointId, this.#oldest(), edge, page.state ?? null, page.limit + 1];
    return this.transactions.run(ctx, async (tx) => {
      const [endpoint] = await tx.query(ENDPOINT, [ctx.tenantId, endpointId]);
      if (endpoint === undefined) return undefined;
      const rows = await tx.query<DeliveryRow>(walksUp ? LIST_AFTER : LIST, values);
      const data = rows.slice(0, page.limit).map(viewOf);
      return { data: walksUp ? data.reverse() : data, hasMore: rows.length > page.limit };
    });
  }

  /** Undefined when absent, too old or another's. */
  async find(ctx: Ctx, endpointId: string, deliveryId: string): Promise<DeliveryView | undefined> {
    const values = [ctx.tenantId, endpointId, this.#oldest(), deliveryId];
    const [row] = await this.transactions.run(ctx, (tx) => tx.query<DeliveryRow>(FIND, values));
    return row === undefined ? undefined : viewOf(row);
  }

  /** Send one again, now, with the whole schedule before it. @throws EndpointDisabledError @returns undefined when there is none */
  async resend(ctx: Ctx, endpointId: string, deliveryId: string): Promise<DeliveryView | undefined> {
    return this.transactions.run(ctx, async (tx) => {
      const [endpoint] = await tx.query<{ state: string }>(ENDPOINT, [ctx.tenantId, endpointId]);
      if (endpoint === undefined || (await this.find(ctx, endpointId, deliveryId)) === undefined) return undefined;
      if (endpoint.state === 'disabled') throw new EndpointDisabledError();
      await tx.query(RESEND, [ctx.tenantId, endpointId, deliveryId, this.clock.now()]);
      return this.find(ctx, endpointId, deliveryId);
    });
  }

  /**
   * Send the events of a time again, also those that were never owed because the endpoint was off.
   * @returns how many, at most 10,000, oldest first; undefined when the tenant has no such endpoint
   * @throws EndpointDisabledError
   */
  async replay(
    ctx: Ctx,
    endpointId: string,
    order: Replay,
  ): Promise<{ queued: number; isCapped: boolean } | undefined> {
    const now = this.clock.now();
    const from = [uuidv7Floor(order.since), this.#oldest()].reduce((a, b) => (a > b ? a : b));
    const types = order.types ?? null;
    return this.transactions.run(ctx, async (tx) => {
      const [endpoint] = await tx.query<{ state: string }>(ENDPOINT, [ctx.tenantId, endpointId]);
      if (endpoint === undefined) return undefined;
      if (endpoint.state === 'disabled') throw new EndpointDisabledError();
      const values = [
        ctx.tenantId,
        endpointId,
        from,
        uuidv7Floor(order.until),
        types,
        order.onlyFailed,
        REPLAY_MAX,
        now,
      ];
      const rows = await tx.query(REPLAY, values);
      return { queued: rows.length, isCapped: rows.length === REPLAY_MAX };
    });
  }

  /** Owe the endpoint an event that tells of nothing, whatever types it hears. @throws EndpointDisabledError */
  async test(ctx: Ctx, endpointId: string): Promise<DeliveryView | undefined> {
    const at = this.clock.now();
    const id = newId(at);
    const object = { id: toWireId('whe', endpointId), object: 'webhook_endpoint' };
    const event = {
      id,
      type: 'webhook_endpoint.test',
      tenantId: ctx.tenantId,
      requestId: ctx.requestId,
      occurredAt: at,
    };
    const body = tenantEventBody({ ...event, object, previous: null }, this.#isLive);
    return this.transactions.run(ctx, async (tx) => {
      const [endpoint] = await tx.query<{ state: string }>(ENDPOINT, [ctx.tenantId, endpointId]);
      if (endpoint === undefined) return undefined;
      if (endpoint.state === 'disabled') throw new EndpointDisabledError();
      await tx.query(TEST, [ctx.tenantId, endpointId, id, at, body]);
      return this.find(ctx, endpointId, id);
    });
  }

  #oldest(): string {
    return uuidv7Floor(new Date(this.clock.now().getTime() - RETENTION_MS));
  }
}

interface DeliveryRow {
  readonly event_id: string;
  readonly type: string;
  readonly state: 'pending' | 'delivered' | 'failed';
  readonly attempts: number;
  readonly next_at: Date;
  readonly last_at: Date | null;
  readonly last_status: number | null;
  readonly last_error: string | null;
  readonly last_latency_ms: number | null;
  readonly last_reply: string | null;
}

function viewOf(row: DeliveryRow): DeliveryView {
  return {
    id: row.event_id,
    type: row.type,
    state: row.state,
    attempts: row.attempts,
    nextAt: row.state === 'pending' ? row.next_at : null,
    lastAt: row.last_at,
    lastStatus: row.last_status,
    lastError: row.last_error,
    lastLatencyMs: row.last_latency_ms,
    lastReply: row.last_reply,
  };
}
