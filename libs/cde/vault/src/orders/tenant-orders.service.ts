import { Injectable } from '@nestjs/common';
import { Clock, newId } from '@tsunagu/kernel';
import { Centre, sql, type Tx } from '@tsunagu/platform';
import { NotOpenError, SecondPersonError } from '../ceremony/ceremony-errors.js';
import { AuditLog } from '../audit/audit-log.js';
import type { KeyActor } from '../inventory/key-inventory.service.js';
import { KeyBook } from '../inventory/key-book.repository.js';

/** What two custodians can decide about a tenant. */
export const TENANT_OPERATIONS = ['erase', 'join_group', 'leave_group', 'export_tokens'] as const;
export type TenantOperation = (typeof TENANT_OPERATIONS)[number];

/** A decision that waits for its second custodian, or has both. */
export interface TenantOrder {
  readonly id: string;
  readonly tenantId: string;
  readonly operation: TenantOperation;
  /** Group to join, or key of the partner; null where nothing is to be named. */
  readonly subject: string | null;
  readonly orderedBy: string;
  readonly orderedAt: Date;
  readonly expiresAt: Date;
  readonly approvedBy: string | null;
  readonly approvedAt: Date | null;
}

const ORDER_MS = 24 * 3_600_000;
const COLUMNS = `id, tenant_id as "tenantId", operation, subject, ordered_by as "orderedBy", ordered_at as "orderedAt", expires_at as "expiresAt",
  approved_by as "approvedBy", approved_at as "approvedAt"`;

const INSERT = sql(
  'vault_tenant_order_insert',
  `insert into vault.tenant_order as o (id, tenant_id, operation, subject, state, ordered_by, ordered_at, expires_at)
   values ($1, $2, $3, $4, 'open', $5, $6, $7)
   on conflict (tenant_id, operation) where state = 'open' do update
     set id = excluded.id, subject = excluded.subject, ordered_by = excluded.ordered_by, ordered_at = excluded.ordered_at,
         expires_at = excluded.expires_at
     where o.expires_at <= excluded.ordered_at
   returning id`,
);
const READ = sql('vault_tenant_order_read', `select ${COLUMNS} from vault.tenant_order where id = $1`);
const OPEN = sql(
  'vault_tenant_order_open',
  `select ${COLUMNS} from vault.tenant_order where id = $1 and state = 'open' and expires_at > $2`,
);
const APPROVE = sql(
  'vault_tenant_order_approve',
  `update vault.tenant_order set state = 'done', approved_by = $2, approved_at = $3
   where id = $1 and state = 'open' and expires_at > $3 and ordered_by <> $2 returning id`,
);

/** Dual control over tenants: one custodian orders, another approves, and only then anything happens. */
@Injectable()
export class TenantOrders {
  constructor(
    private readonly book: KeyBook,
    private readonly centre: Centre,
    private readonly audit: AuditLog,
    private readonly clock: Clock,
  ) {}

  /** First signature, valid for a day. @throws NotOpenError the same is ordered already */
  async order(asked: Pick<TenantOrder, 'tenantId' | 'operation' | 'subject'>, actor: KeyActor): Promise<TenantOrder> {
    const orderedAt = this.clock.now();
    const expiresAt = new Date(orderedAt.getTime() + ORDER_MS);
    const id = newId(orderedAt);
    await this.book.run(async (tx) => {
      const values = [id, asked.tenantId, asked.operation, asked.subject, actor.by, orderedAt, expiresAt];
      if ((await tx.query(INSERT, values)).length === 0) throw new NotOpenError('order');
      this.#note(tx, 'tenant_order', { ...asked, id }, actor, 'ordered');
    });
    return { ...asked, id, orderedBy: actor.by, orderedAt, expiresAt, approvedBy: null, approvedAt: null };
  }

  /** An order in any state. */
  async read(id: string): Promise<TenantOrder | undefined> {
    return (await this.centre.query<TenantOrder>(READ, [id]))[0];
  }

  /**
   * Second signature.
   * @param done what it sets going, in the same transaction
   * @throws NotOpenError; SecondPersonError the same custodian, which is written down
   */
  async approve(
    id: string,
    actor: KeyActor,
    done: (tx: Tx, order: TenantOrder) => Promise<void>,
  ): Promise<TenantOrder> {
    const [order] = await this.centre.query<TenantOrder>(OPEN, [id, this.clock.now()]);
    if (order === undefined) throw new NotOpenError('order');
    if (order.orderedBy === actor.by) {
      await this.book.run(async (tx) => this.#note(tx, 'tenant_approval', order, actor, 'refused'));
      throw new SecondPersonError();
    }
    const approvedAt = this.clock.now();
    const approved = { ...order, approvedBy: actor.by, approvedAt };
    await this.book.run(async (tx) => {
      if ((await tx.query(APPROVE, [id, actor.by, approvedAt])).length === 0) throw new NotOpenError('order');
      this.#note(tx, 'tenant_approval', order, actor, 'approved');
      await done(tx, approved);
    });
    return approved;
  }

  #note(
    tx: Tx,
    operation: 'tenant_order' | 'tenant_approval',
    order: Pick<TenantOrder, 'id' | 'tenantId' | 'operation' | 'subject'>,
    { by, requestId }: KeyActor,
    result: string,
  ): void {
    const facts = { order: order.id, tenant: order.tenantId, what: order.operation, subject: order.subject };
    this.audit.record(tx, { tenantId: tx.tenantId, operation, result, requestId, actor: by, facts });
  }
}
