import { Injectable } from '@nestjs/common';
import type { TenantContext } from '@tsunagu/contracts';
import { Clock } from '@tsunagu/kernel';
import { sql, Transactions, uuidv7Floor } from '@tsunagu/platform';

const RETENTION_MS = 30 * 24 * 3_600_000;

/** Both directions by one index; the id carries the time, so partitions outside the window are not touched. */
const LIST = sql(
  'event_list',
  `select id, body from gateway.event
    where tenant_id = $1 and id >= $2 and ($3::uuid is null or id < $3) and ($4::uuid is null or store_id = $4)
      and ($5::uuid is null or payment_id = $5) and ($6::text[] is null or type = any ($6))
    order by id desc limit $7`,
);
const LIST_AFTER = sql(
  'event_list_after',
  `select id, body from gateway.event
    where tenant_id = $1 and id >= $2 and id > $3 and ($4::uuid is null or store_id = $4)
      and ($5::uuid is null or payment_id = $5) and ($6::text[] is null or type = any ($6))
    order by id asc limit $7`,
);
const FIND = sql(
  'event_find',
  'select id, body from gateway.event where tenant_id = $1 and id = $2 and id >= $3 and ($4::uuid is null or store_id = $4)',
);

export interface EventFilter {
  readonly types?: readonly string[];
  /** Row id of a payment. */
  readonly paymentId?: string;
}

/** An event as it was sent: `wire` is the parsed body, snake_case. */
export interface EventView {
  readonly id: string;
  readonly wire: Readonly<Record<string, unknown>>;
}

/** Page of a list; the ids are row ids of the page's edge. */
export interface EventPage {
  readonly limit: number;
  readonly beforeId?: string;
  readonly afterId?: string;
}

/** What merchants may read again: events of the last 30 days, newest first. */
@Injectable()
export class EventLog {
  constructor(
    private readonly transactions: Transactions,
    private readonly clock: Clock,
  ) {}

  /** A terminal's key sees none: events belong to stores. */
  async list(
    ctx: TenantContext,
    filter: EventFilter,
    page: EventPage,
  ): Promise<{ data: EventView[]; hasMore: boolean }> {
    if (ctx.terminalId !== undefined) return { data: [], hasMore: false };
    const isForward = page.afterId !== undefined;
    const values = [
      ctx.tenantId,
      this.#oldest(),
      (isForward ? page.afterId : page.beforeId) ?? null,
      ctx.storeId ?? null,
      filter.paymentId ?? null,
      filter.types ?? null,
      page.limit + 1,
    ];
    const rows = await this.transactions.run(ctx, (tx) => tx.query<EventRow>(isForward ? LIST_AFTER : LIST, values));
    const data = rows.slice(0, page.limit).map(viewOf);
    return { data: isForward ? data.reverse() : data, hasMore: rows.length > page.limit };
  }

  /** Undefined when absent, too old, of another tenant or outside the context's node. */
  async find(ctx: TenantContext, eventId: string): Promise<EventView | undefined> {
    if (ctx.terminalId !== undefined) return undefined;
    const values = [ctx.tenantId, eventId, this.#oldest(), ctx.storeId ?? null];
    const [row] = await this.transactions.run(ctx, (tx) => tx.query<EventRow>(FIND, values));
    return row === undefined ? undefined : viewOf(row);
  }

  #oldest(): string {
    return uuidv7Floor(new Date(this.clock.now().getTime() - RETENTION_MS));
  }
}

interface EventRow {
  readonly id: string;
  readonly body: string;
}

function viewOf(row: EventRow): EventView {
  return { id: row.id, wire: JSON.parse(row.body) as Record<string, unknown> };
}
