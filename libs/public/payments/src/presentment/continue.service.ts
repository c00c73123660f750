import { Injectable } from '@nestjs/common';
import { VaultPort, type TenantContext } from '@tsunagu/contracts';
import { MerchantDirectory, PaymentContinuations, type Accepted } from '../payment-api.js';
import { PaymentError } from '../payment-error.js';
import { PaymentGate } from '../payment-gate.js';
import { PaymentOrigin } from '../payment-ports.js';
import type { PaymentRecord } from '../payment-record.js';
import { viewOf } from '../queries/payment-view.js';
import { PaymentStore, type Decide } from '../store/payment-store.js';
import {
  checkContinuation,
  checkInserted,
  continueWithChip,
  continueWithPin,
  type ContinueOrder,
} from './continue-payment.js';

/** The till did what was required: PIN or chip go to the vault, and the same payment goes on with a new attempt. */
@Injectable()
export class ContinueService extends PaymentContinuations {
  constructor(
    private readonly gate: PaymentGate,
    private readonly store: PaymentStore,
    private readonly vault: VaultPort,
    private readonly directory: MerchantDirectory,
    private readonly origin: PaymentOrigin,
  ) {
    super();
  }

  override async continue(ctx: TenantContext, paymentId: string, order: ContinueOrder): Promise<Accepted> {
    const { record, replayed } = await this.gate.act(ctx, paymentId, {
      idempotency: order.idempotency,
      prepare: (found) =>
        order.pinBlock === undefined ? this.#insert(ctx, found, order) : this.#enter(ctx, found, order),
    });
    return { resource: viewOf(record), replayed };
  }

  /** Nothing is sent and nothing changes until the vault has the PIN under the zone key: a PIN that it refuses costs no attempt. */
  async #enter(ctx: TenantContext, found: PaymentRecord, { idempotency, pinBlock }: ContinueOrder): Promise<Decide> {
    checkContinuation(found, 'enter_pin', this.origin.clock.now());
    const envelope = await this.store.held(ctx, found.payment.id);
    if (pinBlock === undefined || envelope === undefined) throw new PaymentError('state_conflict');
    const { tokenId, terminalId } = found.payment;
    const { tenantId, requestId } = ctx;
    const asked = { tenantId, terminalId, tokenId, requestId, intent: idempotency.key, pinBlock, envelope };
    const { envelope: withPin } = await this.vault.addPin(asked);
    return (locked) => continueWithPin(locked, withPin, this.#now(requestId));
  }

  async #insert(
    ctx: TenantContext,
    found: PaymentRecord,
    { idempotency, card, shown }: ContinueOrder,
  ): Promise<Decide> {
    checkContinuation(found, 'insert_chip', this.origin.clock.now());
    const terminal = await this.directory.terminal(ctx, found.payment.terminalId);
    if (card === undefined || terminal === undefined) throw new PaymentError('resource_missing');
    checkInserted(card);
    const { tenantId, requestId } = ctx;
    const opened = await this.vault.open({
      tenantId,
      terminalId: terminal.id,
      intent: idempotency.key,
      requestId,
      card,
    });
    const inserted = { shown: { card, stated: shown }, opened, terminal };
    return (locked) => continueWithChip(locked, inserted, this.#now(requestId));
  }

  #now(requestId: string): { readonly requestId: string; readonly now: Date } {
    return { requestId, now: this.origin.clock.now() };
  }
}
