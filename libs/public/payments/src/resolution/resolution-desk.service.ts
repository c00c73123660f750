import { Injectable } from '@nestjs/common';
import { Clock } from '@tsunagu/kernel';
import type { DoubtLine, Verdict } from '@tsunagu/contracts';
import { AuditSink, Centre, Transactions, sql } from '@tsunagu/platform';
import { PaymentError } from '../payment-error.js';
import { PaymentStore } from '../store/payment-store.js';
import { isVerdictFor } from './decide-resolution.js';

const LIST_MAX = 200;

const LIST = sql(
  'resolution_list',
  `SELECT tenant_id AS "tenantId", payment_id AS "paymentId", attempt_id AS "attemptId", kind, amount_minor::float8 AS "amountMinor", currency,
     network ->> 'link' AS link, network ->> 'rrn' AS rrn, network ->> 'localTime' AS "localTime", terminal, to_json(since) #>> '{}' AS since,
     verdict, reason, ordered_by AS "orderedBy", approved_by AS "approvedBy", outcome FROM gateway.list_in_doubt($1)`,
);

/** What was overtaken by the truth may be ordered anew; what two people agreed on may not. */
const ORDER = sql(
  'resolution_order',
  `INSERT INTO gateway.resolution AS r (tenant_id, attempt_id, payment_id, verdict, reason, ordered_by, ordered_at)
   VALUES ($1, $2, $3, $4, $5, $6, $7)
   ON CONFLICT (tenant_id, attempt_id) DO UPDATE SET verdict = $4, reason = $5, ordered_by = $6, ordered_at = $7,
     approved_by = NULL, approved_at = NULL, taken_until = NULL, outcome = NULL, ended_at = NULL
   WHERE r.approved_at IS NULL OR r.outcome = 'overtaken'
   RETURNING attempt_id`,
);

const FIND = sql(
  'resolution_find',
  `SELECT ordered_by AS "orderedBy", approved_by AS "approvedBy" FROM gateway.resolution WHERE tenant_id = $1 AND attempt_id = $2 FOR UPDATE`,
);

const APPROVE = sql(
  'resolution_approve',
  `UPDATE gateway.resolution SET approved_by = $3, approved_at = $4 WHERE tenant_id = $1 AND attempt_id = $2 RETURNING verdict`,
);

/** Attempts in doubt in people's hands: one orders how it ends, another one approves, and a worker carries it out. */
@Injectable()
export class ResolutionDesk {
  constructor(
    private readonly centre: Centre,
    private readonly transactions: Transactions,
    private readonly store: PaymentStore,
    private readonly audit: AuditSink,
    private readonly clock: Clock,
  ) {}

  /** Oldest first; at most 200. */
  list(): Promise<DoubtLine[]> {
    return this.centre.query<DoubtLine>(LIST, [LIST_MAX]);
  }

  /**
   * The first person says how it ended, and how he knows.
   * @param order.reason 10 to 500 characters @throws PaymentError `resource_missing` no such attempt is in doubt; `state_conflict` two people have
   *   agreed already, or a void cannot end so
   */
  async order(order: {
    readonly attemptId: string;
    readonly verdict: Verdict;
    readonly by: string;
    readonly reason: string;
  }): Promise<void> {
    const { attemptId, verdict, reason } = order;
    const line = await this.#line(attemptId);
    const { tenantId, paymentId } = line;
    const record = await this.store.load({ tenantId, requestId: 'resolution' }, paymentId);
    const attempt = record?.attempts.find(({ id }) => id === attemptId);
    if (attempt === undefined) throw new PaymentError('resource_missing');
    if (!isVerdictFor(attempt, verdict)) throw new PaymentError('state_conflict');
    const [by, at] = [nameOf(order.by), this.clock.now()];
    await this.transactions.run({ tenantId }, async (tx) => {
      const rows = await tx.query(ORDER, [tenantId, attemptId, paymentId, verdict, reason, by, at]);
      if (rows.length === 0) throw new PaymentError('state_conflict');
      const after = { verdict, reason, by };
      this.audit.record(tx, actor(by), {
        operation: 'resolution.ordered',
        objectId: attemptId,
        before: null,
        after,
        at,
      });
    });
  }

  /** The second person. @throws PaymentError `resource_missing` nothing is ordered; `self_approval`; `state_conflict` it is approved already */
  async approve({ attemptId, by: name }: { readonly attemptId: string; readonly by: string }): Promise<void> {
    const { tenantId } = await this.#line(attemptId);
    const [by, at] = [nameOf(name), this.clock.now()];
    await this.transactions.run({ tenantId }, async (tx) => {
      const [found] = await tx.query<{ orderedBy: string; approvedBy: string | null }>(FIND, [tenantId, attemptId]);
      if (found === undefined) throw new PaymentError('resource_missing');
      if (found.orderedBy === by) throw new PaymentError('self_approval');
      if (found.approvedBy !== null) throw new PaymentError('state_conflict');
      const [row] = await tx.query<{ verdict: string }>(APPROVE, [tenantId, attemptId, by, at]);
      const after = { verdict: row?.verdict, by };
      this.audit.record(tx, actor(by), {
        operation: 'resolution.approved',
        objectId: attemptId,
        before: null,
        after,
        at,
      });
    });
  }

  async #line(attemptId: string): Promise<DoubtLine> {
    const found = (await this.list()).find((line) => line.attemptId === attemptId);
    if (found === undefined) throw new PaymentError('resource_missing');
    return found;
  }
}

/** One person is one name, however it is typed. */
function nameOf(name: string): string {
  return name.trim().toLowerCase();
}

function actor(by: string): { requestId: string } {
  return { requestId: `operator:${by}` };
}
