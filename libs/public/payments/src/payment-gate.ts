import { Injectable } from '@nestjs/common';
import type { TenantContext } from '@tsunagu/contracts';
import { FollowUp } from './follow-up.js';
import type { Idempotency } from './payment-api.js';
import { PaymentError } from './payment-error.js';
import type { PaymentRecord } from './payment-record.js';
import { explained, explaining } from './refusal.js';
import { PaymentStore, type Decide, type StoredIntent } from './store/payment-store.js';
import { isVisible } from './visibility.js';

/** One movement asked for by a merchant. */
export interface Action {
  readonly idempotency: Idempotency;
  /** What a replay answers with; the payment unless said otherwise. */
  readonly resourceId?: string;
  /** Work outside the transaction (the vault); gives the decision to be made under the lock. */
  readonly prepare: (record: PaymentRecord) => Promise<Decide>;
}

export interface ActionResult {
  readonly record: PaymentRecord;
  readonly resourceId: string;
  readonly replayed: boolean;
}

/** The way every later movement goes: replay, visibility, preparation, one transaction, bell. */
@Injectable()
export class PaymentGate {
  constructor(
    private readonly store: PaymentStore,
    private readonly followUp: FollowUp,
  ) {}

  /** @throws PaymentError `resource_missing`, `idempotency_key_reused`, `idempotency_in_progress`, and what the decision refuses */
  async act(ctx: TenantContext, paymentId: string, action: Action): Promise<ActionResult> {
    const seen = await this.#seen(ctx, action.idempotency);
    if (seen !== undefined) return seen;
    const prepared = await this.#prepare(action, await this.open(ctx, paymentId));
    if ('refusal' in prepared) {
      // The same intent may have been stored since we looked for it, and have changed what was prepared on.
      const winner = await this.#seen(ctx, action.idempotency);
      if (winner === undefined) throw prepared.refusal;
      return winner;
    }
    const { decide } = prepared;
    const resourceId = action.resourceId ?? paymentId;
    const intent = { ...action.idempotency, resourceId };
    const result = await this.store.change(ctx, paymentId, explaining(decide), intent);
    if (result.kind === 'missing') throw new PaymentError('resource_missing');
    if (result.kind === 'intent_taken') {
      const winner = await this.#seen(ctx, action.idempotency);
      if (winner === undefined) throw new PaymentError('idempotency_in_progress');
      return winner;
    }
    if (result.kind === 'unchanged') return { record: result.record, resourceId, replayed: false };
    await this.followUp.after(result.change);
    return { record: result.change.after, resourceId, replayed: false };
  }

  async #prepare(action: Action, record: PaymentRecord): Promise<{ decide: Decide } | { refusal: unknown }> {
    try {
      return { decide: await action.prepare(record) };
    } catch (error) {
      return { refusal: explained(error, record) };
    }
  }

  /** A change that moves no money, and so has no intent: repeated, it finds its work done. @throws as {@link act} */
  async change(ctx: TenantContext, paymentId: string, decide: Decide): Promise<PaymentRecord> {
    const result = await this.store.change(ctx, paymentId, explaining(decide));
    if (result.kind === 'unchanged') return result.record;
    if (result.kind !== 'changed') throw new PaymentError('resource_missing');
    await this.followUp.after(result.change);
    return result.change.after;
  }

  /** @throws PaymentError `resource_missing` absent, foreign, or outside the key's node */
  async open(ctx: TenantContext, paymentId: string): Promise<PaymentRecord> {
    const record = await this.store.load(ctx, paymentId);
    if (record === undefined || !isVisible(ctx, record.payment)) throw new PaymentError('resource_missing');
    return record;
  }

  async #seen(ctx: TenantContext, { key, fingerprint }: Idempotency): Promise<ActionResult | undefined> {
    const { byKey } = await this.store.findIntent(ctx, { key });
    if (byKey === undefined) return undefined;
    if (byKey.fingerprint !== fingerprint) throw new PaymentError('idempotency_key_reused');
    return this.#replay(ctx, byKey);
  }

  async #replay(ctx: TenantContext, intent: StoredIntent): Promise<ActionResult> {
    const record = await this.open(ctx, intent.paymentId);
    return { record, resourceId: intent.resourceId, replayed: true };
  }
}
