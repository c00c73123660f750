import { Injectable } from '@nestjs/common';
import { LANES, type SealedEnvelope, type TenantContext } from '@tsunagu/contracts';
import { newId } from '@tsunagu/kernel';
import { AppConfig, Centre, DatabaseError, EventSink, Transactions, type Tx } from '@tsunagu/platform';
import type { Idempotency } from '../payment-api.js';
import { PaymentError } from '../payment-error.js';
import type { PaymentRecord } from '../payment-record.js';
import {
  PaymentStore,
  recordOf,
  type ChangeResult,
  type ClaimedAttempt,
  type Decide,
  type DueAttempt,
  type DueQuery,
  type ExpiredPayment,
  type Intake,
  type StoredIntent,
  type StoredReference,
} from './payment-store.js';
import {
  attemptFromRow,
  envelopeFrom,
  paymentFromRow,
  recordFromRow,
  type JsonRow,
  type RecordRow,
} from './payment-rows.js';
import * as statements from './payment-statements.js';
import { idCeiling, idFloor, intakeValues, writeChange, writeEvents, type WriteScope } from './write-change.js';

const LOCK_NOT_AVAILABLE = '55P03';

/** Ends a transaction whose unique row was there already; never leaves this file. */
class Taken extends Error {
  constructor(readonly by: 'key_taken' | 'reference_taken' | 'claim_taken') {
    super(by);
  }
}

/** Payments in PostgreSQL, over the pipelined pool: the statements of one step share their round trips. */
@Injectable()
export class PgPaymentStore extends PaymentStore {
  readonly #isLive: boolean;

  constructor(
    private readonly transactions: Transactions,
    private readonly centre: Centre,
    private readonly events: EventSink,
    config: AppConfig,
  ) {
    super();
    this.#isLive = config.isProduction;
  }

  override together<T>(ctx: TenantContext, looks: () => Promise<T>): Promise<T> {
    return this.transactions.look(ctx, looks);
  }

  override async findIntent(
    ctx: TenantContext,
    by: { readonly key?: string; readonly clientReference?: string },
  ): Promise<{ byKey: StoredIntent | undefined; byReference: StoredReference | undefined }> {
    const values = [ctx.tenantId, by.key ?? null, by.clientReference ?? null];
    const [row] = await this.transactions.ask<{ by_key: StoredIntent | null; by_reference: StoredReference | null }>(
      ctx,
      statements.findIntent,
      values,
    );
    return { byKey: row?.by_key ?? undefined, byReference: row?.by_reference ?? undefined };
  }

  override async insertIntake(
    ctx: TenantContext,
    intake: Intake,
  ): Promise<'inserted' | 'key_taken' | 'reference_taken' | 'claim_taken'> {
    try {
      await this.transactions.run(ctx, (tx) => this.#writeIntake(ctx, tx, intake));
      return 'inserted';
    } catch (error) {
      if (error instanceof Taken) return error.by;
      throw busyOr(error);
    }
  }

  async #writeIntake(ctx: TenantContext, tx: Tx, intake: Intake): Promise<void> {
    tx.send(statements.lockPatience, []);
    const values = intakeValues(intake);
    const [row] = await tx.query<{ intents: number; payments: number }>(statements.insertIntake, values);
    if (row?.payments !== 1) throw new Taken(row?.intents === 1 ? 'reference_taken' : 'key_taken');
    await this.#claim(tx, intake);
    const record = recordOf(intake);
    writeEvents({ tx, ctx, events: this.events, isLive: this.#isLive }, record, intake.events);
  }

  async #claim(tx: Tx, { claim, payment }: Intake): Promise<void> {
    if (claim === undefined) return;
    const rows = await tx.query(statements.burnReference, [tx.tenantId, claim, payment.createdAt]);
    if (rows.length === 0) throw new Taken('claim_taken');
  }

  override async claimAttempt(
    ctx: TenantContext,
    attemptId: string,
    claim: { readonly now: Date; readonly until: Date; readonly by: string },
  ): Promise<ClaimedAttempt | undefined> {
    const values = [ctx.tenantId, attemptId, claim.now, claim.until, idCeiling(attemptId), claim.by];
    const [row] = await this.transactions.ask<{ attempt: JsonRow; payment: JsonRow }>(
      ctx,
      statements.claimAttempt,
      values,
    );
    return row && { payment: paymentFromRow(row.payment), attempt: attemptFromRow(row.attempt) };
  }

  override async relinquish(
    ctx: TenantContext,
    attemptId: string,
    claim: { readonly until: Date; readonly by: string; readonly dueAt: Date },
  ): Promise<void> {
    const values = [ctx.tenantId, attemptId, claim.until, claim.dueAt, claim.by];
    await this.transactions.ask(ctx, statements.relinquishAttempt, values);
  }

  override async load(ctx: TenantContext, paymentId: string): Promise<PaymentRecord | undefined> {
    const [row] = await this.transactions.ask<RecordRow>(ctx, statements.loadRecord, childrenOf(ctx, paymentId));
    return row && recordFromRow(row);
  }

  override async held(ctx: TenantContext, paymentId: string): Promise<SealedEnvelope | undefined> {
    const [row] = await this.transactions.ask<JsonRow>(ctx, statements.heldCard, [ctx.tenantId, paymentId]);
    return (row && envelopeFrom(row['held_sad'], row['held_account'])) ?? undefined;
  }

  override async change(
    ctx: TenantContext,
    paymentId: string,
    decide: Decide,
    intent?: Idempotency & { readonly resourceId: string },
  ): Promise<ChangeResult> {
    try {
      return await this.transactions.run(ctx, async (tx) => {
        if (intent !== undefined) await this.#insertIntent(tx, paymentId, intent);
        return this.#decideAndWrite({ tx, ctx, events: this.events, isLive: this.#isLive }, paymentId, decide);
      });
    } catch (error) {
      if (error instanceof Taken) return { kind: 'intent_taken' };
      throw intent === undefined ? error : busyOr(error);
    }
  }

  async #insertIntent(tx: Tx, paymentId: string, intent: Idempotency & { readonly resourceId: string }): Promise<void> {
    tx.send(statements.lockPatience, []);
    const values = [tx.tenantId, intent.key, intent.fingerprint, paymentId, intent.resourceId];
    const [row] = await tx.query(statements.insertIntent, values);
    if (row === undefined) throw new Taken('key_taken');
  }

  async #decideAndWrite(scope: WriteScope, paymentId: string, decide: Decide): Promise<ChangeResult> {
    const { tx, ctx } = scope;
    // Both leave at once; the server runs them in order, so the second sees what the lock waited for.
    const locked = tx.query<{ payment: JsonRow }>(statements.lockPayment, [ctx.tenantId, paymentId]);
    const children = tx.query<Omit<RecordRow, 'payment'>>(statements.lockChildren, childrenOf(ctx, paymentId));
    const [[row], [rest]] = await Promise.all([locked, children]);
    if (row === undefined || rest === undefined) return { kind: 'missing' };
    const record = recordFromRow({ ...rest, payment: row.payment });
    const change = decide(record);
    if (change === undefined) return { kind: 'unchanged', record };
    writeChange(scope, change);
    return { kind: 'changed', change };
  }

  override burnReference(ctx: TenantContext, clientReference: string, now: Date): Promise<boolean> {
    return this.transactions.run(ctx, async (tx) => {
      const rows = await tx.query(statements.burnReference, [ctx.tenantId, clientReference, now]);
      return rows.length === 1;
    });
  }

  override takeExpired(query: { now: Date; limit: number; leaseMs: number }): Promise<ExpiredPayment[]> {
    return this.centre.query<ExpiredPayment>(statements.takeExpired, [query.now, query.limit, query.leaseMs]);
  }

  override async takeDue(query: DueQuery): Promise<DueAttempt[]> {
    const values = [query.work, query.now, LANES, query.lanePassMax, query.baseMs, query.capMs];
    const rows = await this.centre.query<Record<string, unknown>>(statements.takeDue, values);
    return rows.map((row) => ({
      tenantId: row['tenant_id'] as string,
      attemptId: row['attempt_id'] as string,
      paymentId: row['payment_id'] as string,
      originalAttemptId: row['original_attempt_id'] as string | null,
      kind: row['kind'] as DueAttempt['kind'],
      method: row['method'] as DueAttempt['method'],
      bells: row['bells'] as number,
    }));
  }
}

/** Whose children, and the ids they may have: from the payment's own instant to a month from now. */
function childrenOf(ctx: TenantContext, paymentId: string): string[] {
  return [ctx.tenantId, paymentId, idFloor(paymentId), idCeiling(newId(new Date()), paymentId)];
}

function busyOr(error: unknown): unknown {
  const isBusy = error instanceof DatabaseError && error.sqlState === LOCK_NOT_AVAILABLE;
  return isBusy ? new PaymentError('idempotency_in_progress') : error;
}
