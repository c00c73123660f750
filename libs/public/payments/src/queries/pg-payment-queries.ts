import { Injectable } from '@nestjs/common';
import { Clock } from '@tsunagu/kernel';
import type { TenantContext } from '@tsunagu/contracts';
import { Transactions, type Statement, type Storable } from '@tsunagu/platform';
import {
  PaymentQueries,
  type AttemptAnswer,
  type PaymentFilter,
  type OpenPage,
  type PaymentPage,
  type PaymentView,
} from '../payment-api.js';
import { recordFromRow, type RecordRow } from '../store/payment-rows.js';
import { PaymentStore } from '../store/payment-store.js';
import { isVisible } from '../visibility.js';
import * as lists from './payment-list.js';
import { attemptAnswer, viewOf } from './payment-view.js';
import { PaymentWaiters } from './payment-waiters.js';

/** A lost wake-up costs the till this much, never the truth. */
const READ_AGAIN_MS = 1_000;

type Until = Parameters<PaymentQueries['waitFor']>[2];

/** Reads over SQL; what a key's node may not see reads as absent. */
@Injectable()
export class PgPaymentQueries extends PaymentQueries {
  constructor(
    private readonly transactions: Transactions,
    private readonly store: PaymentStore,
    private readonly waiters: PaymentWaiters,
    private readonly clock: Clock,
  ) {
    super();
  }

  override async find(ctx: TenantContext, paymentId: string): Promise<PaymentView | undefined> {
    const record = await this.store.load(ctx, paymentId);
    return record !== undefined && isVisible(ctx, record.payment) ? viewOf(record) : undefined;
  }

  override async list(
    ctx: TenantContext,
    filter: PaymentFilter,
    page: PaymentPage,
  ): Promise<{ data: PaymentView[]; hasMore: boolean }> {
    const onlyId = await this.#referenced(ctx, filter.clientReference);
    if (onlyId === null) return { data: [], hasMore: false };
    const isOldestFirst = page.oldestFirst === true;
    const walksUp = page.afterId !== undefined || (isOldestFirst && page.beforeId === undefined);
    const values = [...lists.listValues(ctx, filter, { ...page, onlyId }), page.limit + 1];
    const found = await this.#views(ctx, walksUp ? lists.oldestFirst : lists.newestFirst, values);
    const data = found.slice(0, page.limit);
    return { data: walksUp === isOldestFirst ? data : data.reverse(), hasMore: found.length > page.limit };
  }

  override async count(ctx: TenantContext, filter: PaymentFilter, cap: number): Promise<number> {
    const onlyId = await this.#referenced(ctx, filter.clientReference);
    if (onlyId === null) return 0;
    const values = [...lists.listValues(ctx, filter, { onlyId }), cap];
    const [row] = await this.transactions.ask<{ found: number }>(ctx, lists.countSome, values);
    return row?.found ?? 0;
  }

  override async attempt(ctx: TenantContext, clientReference: string): Promise<AttemptAnswer> {
    const { byReference } = await this.store.findIntent(ctx, { clientReference });
    if (byReference === undefined) return attemptAnswer(clientReference, 'never_seen');
    if (byReference.paymentId === null) return attemptAnswer(clientReference, 'burned');
    const record = await this.store.load(ctx, byReference.paymentId);
    const isAbsent = record === undefined || !isVisible(ctx, record.payment);
    return attemptAnswer(clientReference, isAbsent ? 'never_seen' : record);
  }

  override async openPayments(
    ctx: TenantContext,
    terminalId: string,
    { limit, afterId, beforeId }: OpenPage,
  ): Promise<{ data: PaymentView[]; hasMore: boolean }> {
    const bounds = [afterId ?? lists.FIRST_ID, beforeId ?? lists.LAST_ID];
    const statement = afterId === undefined ? lists.openNewest : lists.openOldest;
    const found = await this.#views(ctx, statement, [ctx.tenantId, terminalId, ...bounds, limit + 1]);
    const page = found.slice(0, limit).filter((view) => isVisible(ctx, view));
    return { data: afterId === undefined ? page : page.reverse(), hasMore: found.length > limit };
  }

  override async waitFor(ctx: TenantContext, paymentId: string, until: Until): Promise<PaymentView | undefined> {
    const deadlineMs = this.clock.monotonicMs() + until.timeoutMs;
    const waiter = this.waiters.open(paymentId); // before the first read, so that no bell falls between
    try {
      if (until.isJustSeen === true) await waiter?.next(Math.min(until.timeoutMs, READ_AGAIN_MS), until.signal);
      for (;;) {
        const view = await this.find(ctx, paymentId);
        const leftMs = deadlineMs - this.clock.monotonicMs();
        const isOver = waiter === undefined || leftMs <= 0 || until.signal?.aborted === true;
        if (view === undefined || isOver || isReached(view, until)) return view;
        await waiter.next(Math.min(leftMs, READ_AGAIN_MS), until.signal);
      }
    } finally {
      this.waiters.close(paymentId, waiter);
    }
  }

  /** Id that a reference filter names; undefined: no such filter; null: nothing has this reference. */
  async #referenced(ctx: TenantContext, clientReference: string | undefined): Promise<string | null | undefined> {
    if (clientReference === undefined) return undefined;
    const { byReference } = await this.store.findIntent(ctx, { clientReference });
    return byReference?.paymentId ?? null;
  }

  async #views(ctx: TenantContext, statement: Statement, values: Storable[]): Promise<PaymentView[]> {
    const rows = await this.transactions.ask<RecordRow>(ctx, statement, values);
    return rows.map((row) => viewOf(recordFromRow(row)));
  }
}

function isReached(view: PaymentView, until: Until): boolean {
  const { afterSequence } = until;
  if (afterSequence !== undefined && view.sequence > afterSequence) return true;
  // While the till must do something first, nobody else will end the wait.
  return (until.final ?? afterSequence === undefined) && (view.final || view.status === 'requires_action');
}
