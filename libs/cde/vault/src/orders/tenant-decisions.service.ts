import { Injectable } from '@nestjs/common';
import type { Tx } from '@tsunagu/platform';
import { CeremonyInputError } from '../ceremony/ceremony-errors.js';
import type { ErasureCertificate } from '../erase/certificate.js';
import { ErasureRepository } from '../erase/erasure.repository.js';
import { TenantEraser } from '../erase/tenant-eraser.service.js';
import { TokenGroups } from '../group/token-groups.js';
import type { KeyActor } from '../inventory/key-inventory.service.js';
import { TokenJobs } from '../transfer/token-jobs.service.js';
import { TenantOrders, type TenantOrder } from './tenant-orders.service.js';

/** What an approval brought about. */
export interface TenantDecision {
  readonly order: TenantOrder;
  /** Of an erasure. */
  readonly certificate?: ErasureCertificate;
  /** Of an export: the job that makes the file. */
  readonly jobId?: string;
  /** Of a group: who is in it now. */
  readonly members?: readonly string[];
}

/** Deeds that come after the commit of the signature, and go on when they are asked for again. */
const REPEATABLE: readonly TenantOrder['operation'][] = ['erase', 'export_tokens'];

/** What each decision about a tenant sets going. */
@Injectable()
export class TenantDecisions {
  constructor(
    private readonly orders: TenantOrders,
    private readonly erasures: ErasureRepository,
    private readonly eraser: TenantEraser,
    private readonly groups: TokenGroups,
    private readonly jobs: TokenJobs,
  ) {}

  /** First signature. @throws CeremonyInputError, NotOpenError */
  async order(asked: Pick<TenantOrder, 'tenantId' | 'operation' | 'subject'>, actor: KeyActor): Promise<TenantOrder> {
    if (asked.operation === 'join_group') TokenGroups.check(asked.subject);
    const needsSubject = asked.operation === 'join_group' || asked.operation === 'export_tokens';
    if (needsSubject !== (asked.subject !== null)) {
      throw new CeremonyInputError('a group to join or a key to export under is named, and nothing else');
    }
    return this.orders.order(asked, actor);
  }

  /** Second signature, and the deed. Asked again after a failure it goes on. @throws NotOpenError, SecondPersonError, HsmError */
  async approve(orderId: string, actor: KeyActor): Promise<TenantDecision> {
    const known = await this.orders.read(orderId);
    const isInterrupted = known !== undefined && known.approvedBy !== null && REPEATABLE.includes(known.operation);
    const order = isInterrupted ? known : await this.orders.approve(orderId, actor, (tx, own) => this.#begin(tx, own));
    const { operation, subject, tenantId } = order;
    if (operation === 'erase') return { order, certificate: await this.eraser.erase(tenantId) };
    if (operation === 'export_tokens') {
      return { order, jobId: await this.jobs.beginExport(tenantId, subject!, orderId) };
    }
    if (operation === 'join_group') return { order, members: await this.groups.members(TokenGroups.check(subject)) };
    return { order };
  }

  /** What commits with the second signature. */
  #begin(tx: Tx, order: TenantOrder): Promise<void> {
    const { id: orderId, tenantId, subject } = order;
    const at = order.approvedAt!;
    switch (order.operation) {
      case 'erase':
        this.erasures.begin(tx, tenantId, orderId, at);
        break;
      case 'join_group':
        this.groups.join(tx, { tenantId, group: TokenGroups.check(subject), orderId, at });
        break;
      case 'leave_group':
        this.groups.leave(tx, tenantId);
        break;
      case 'export_tokens':
        break;
    }
    return Promise.resolve();
  }
}
