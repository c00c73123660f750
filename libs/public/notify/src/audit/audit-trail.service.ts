import { Injectable } from '@nestjs/common';
import type { PageAsked, PageRead, TenantContext } from '@tsunagu/contracts';
import { Clock } from '@tsunagu/kernel';
import { AuditSink, sql, Transactions } from '@tsunagu/platform';

const COLUMNS = `id, at, operation, object_id as "objectId", actor_key as "actorKey", request_id as "requestId", before, after`;
const FILTER = `tenant_id = $1 and ($3::text[] is null or operation = any ($3)) and ($4::uuid is null or object_id = $4)
    and ($5::uuid is null or actor_key = $5) and ($6::timestamptz is null or at >= $6) and ($7::timestamptz is null or at < $7)`;
const LIST = sql(
  'audit_entry_list',
  `select ${COLUMNS} from gateway.audit_entry where ${FILTER} and ($2::uuid is null or id < $2) order by id desc limit $8`,
);
const LIST_AFTER = sql(
  'audit_entry_list_after',
  `select ${COLUMNS} from gateway.audit_entry where ${FILTER} and id > $2 order by id limit $8`,
);

export interface AuditFilter {
  readonly operations?: readonly string[];
  readonly objectId?: string;
  /** Row id of the key that did it. */
  readonly actorKey?: string;
  readonly createdGte?: Date;
  readonly createdLt?: Date;
}

/** An entry as its tenant reads it. */
export interface AuditView {
  readonly id: string;
  readonly at: Date;
  readonly operation: string;
  readonly objectId: string | null;
  readonly actorKey: string | null;
  readonly requestId: string;
  readonly before: Readonly<Record<string, unknown>> | null;
  readonly after: Readonly<Record<string, unknown>> | null;
}

/** What a tenant changed, newest first. */
@Injectable()
export class AuditTrail {
  constructor(
    private readonly transactions: Transactions,
    private readonly audit: AuditSink,
    private readonly clock: Clock,
  ) {}

  /** Reading is written down as well: one entry for each page. */
  async list(ctx: TenantContext, filter: AuditFilter, page: PageAsked): Promise<PageRead<AuditView>> {
    const isForward = page.afterId !== undefined;
    const { operations, objectId, actorKey, createdGte, createdLt } = filter;
    const narrow = [operations ?? null, objectId ?? null, actorKey ?? null, createdGte ?? null, createdLt ?? null];
    const values = [ctx.tenantId, (isForward ? page.afterId : page.beforeId) ?? null, ...narrow, page.limit + 1];
    const rows = await this.transactions.run(ctx, async (tx) => {
      const found = await tx.query<AuditView>(isForward ? LIST_AFTER : LIST, values);
      const reading = { operation: 'audit_log.read', objectId: null, before: null, after: null };
      this.audit.record(tx, ctx, { ...reading, at: this.clock.now() });
      return found;
    });
    const data = rows.slice(0, page.limit);
    return { data: isForward ? data.reverse() : data, hasMore: rows.length > page.limit };
  }
}
