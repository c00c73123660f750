import { Injectable } from '@nestjs/common';
import { Clock } from '@tsunagu/kernel';
import type { TenantContext } from '@tsunagu/contracts';
import { FollowUp } from '../follow-up.js';
import type { AttemptAnswer } from '../payment-api.js';
import { PaymentError } from '../payment-error.js';
import type { PaymentRecord } from '../payment-record.js';
import { attemptAnswer } from '../queries/payment-view.js';
import { explaining } from '../refusal.js';
import { PaymentStore, type ChangeResult } from '../store/payment-store.js';
import { isVisible } from '../visibility.js';
import { startEnsureCancelled } from './plan-cancel.js';

/** A till that does not know what became of its purchase gives it up safely. @source payment-features.md §2.4 */
@Injectable()
export class GiveUpService {
  constructor(
    private readonly store: PaymentStore,
    private readonly followUp: FollowUp,
    private readonly clock: Clock,
  ) {}

  /** @throws PaymentError `resource_missing` the payment is outside the key's node; `state_conflict` it was captured in parts or refunded */
  async ensureCancelled(ctx: TenantContext, clientReference: string): Promise<AttemptAnswer> {
    const known = await this.#find(ctx, clientReference);
    if (known !== undefined) return this.#giveUp(ctx, clientReference, known.paymentId);
    const isBurned = await this.store.burnReference(ctx, clientReference, this.clock.now());
    if (isBurned) return attemptAnswer(clientReference, 'burned');
    // Its payment was stored in this very moment: then that is what is given up.
    const arrived = await this.#find(ctx, clientReference);
    return this.#giveUp(ctx, clientReference, arrived?.paymentId ?? null);
  }

  async #giveUp(ctx: TenantContext, clientReference: string, paymentId: string | null): Promise<AttemptAnswer> {
    if (paymentId === null) return attemptAnswer(clientReference, 'burned');
    const decide = (record: PaymentRecord) => {
      if (!isVisible(ctx, record.payment)) throw new PaymentError('resource_missing');
      return startEnsureCancelled(record, this.clock.now());
    };
    const result = await this.store.change(ctx, paymentId, explaining(decide));
    return attemptAnswer(clientReference, await this.#after(result));
  }

  async #after(result: ChangeResult): Promise<PaymentRecord> {
    if (result.kind === 'unchanged') return result.record;
    if (result.kind !== 'changed') throw new PaymentError('resource_missing');
    await this.followUp.after(result.change);
    return result.change.after;
  }

  async #find(ctx: TenantContext, clientReference: string): Promise<{ paymentId: string | null } | undefined> {
    const { byReference } = await this.store.findIntent(ctx, { clientReference });
    return byReference;
  }
}
