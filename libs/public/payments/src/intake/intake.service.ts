import { Injectable } from '@nestjs/common';
import { AMOUNT_MINOR_MAX } from '@tsunagu/kernel';
import { VaultPort, type OpenCardAnswer, type TenantContext } from '@tsunagu/contracts';
import {
  MerchantDirectory,
  PaymentIntake,
  type Accepted,
  type MerchantTerminal,
  type OpenedPaymentOrder,
  type PaymentOrder,
} from '../payment-api.js';
import { PaymentError } from '../payment-error.js';
import { AttemptBell, PaymentOrigin } from '../payment-ports.js';
import { viewOf } from '../queries/payment-view.js';
import { PaymentStore, recordOf } from '../store/payment-store.js';
import { isVisible } from '../visibility.js';
import { checkShown, type ShownCard } from '../presentment/show-card.js';
import { openPayment } from './open-payment.js';

type AnyOrder = Omit<OpenedPaymentOrder, 'opened'>;
type OpenCard = (terminal: MerchantTerminal) => Promise<OpenCardAnswer>;

/** First stage: a payment and its attempt exist, or neither does. The attempt in state `created` is the promise of dispatch. */
@Injectable()
export class IntakeService extends PaymentIntake {
  constructor(
    private readonly store: PaymentStore,
    private readonly vault: VaultPort,
    private readonly directory: MerchantDirectory,
    private readonly bell: AttemptBell,
    private readonly origin: PaymentOrigin,
  ) {
    super();
  }

  override accept(ctx: TenantContext, order: PaymentOrder): Promise<Accepted> {
    const { card, shown: stated, ...content } = order;
    const shown = { card, stated };
    const open: OpenCard = (terminal) => {
      checkShown(shown, terminal, this.origin.clock.now());
      const { tenantId, requestId } = ctx;
      return this.vault.open({ tenantId, terminalId: terminal.id, intent: order.idempotency.key, requestId, card });
    };
    return this.#take(ctx, { ...content, entryMode: card.entryMode }, open, shown);
  }

  override acceptOpened(ctx: TenantContext, { opened, ...order }: OpenedPaymentOrder): Promise<Accepted> {
    // Nobody at such a line can be asked which currency he wants: what its server converts, it has converted itself.
    const method = order.method === 'dcc' ? undefined : order.method;
    return this.#take(ctx, { ...order, method }, () => Promise.resolve(opened));
  }

  override acceptLater(ctx: TenantContext, order: AnyOrder, open: OpenCard): Promise<Accepted> {
    return this.#take(ctx, order, open);
  }

  /** @param shown what the till says of the reading; left out: nobody at a till can be asked for more, and nothing is judged */
  async #take(ctx: TenantContext, order: AnyOrder, open: OpenCard, shown?: ShownCard): Promise<Accepted> {
    const [known, found] = await this.store.together(ctx, () =>
      Promise.all([this.#findKnown(ctx, order), this.directory.terminal(ctx, order.terminalId)]),
    );
    if (known !== undefined) return known;
    const terminal = this.#admit(order, found);
    const opened = await open(terminal);
    const now = this.origin.clock.now();
    const intake = openPayment(ctx, { order, terminal, opened, shown, originNode: this.origin.nodeName, now });
    const outcome = await this.store.insertIntake(ctx, intake);
    if (outcome === 'claim_taken') throw new PaymentError('state_conflict');
    if (outcome !== 'inserted') return this.#lost(ctx, order);
    const { payment, attempt } = intake;
    if (attempt !== null) await this.bell.ring(payment.method, { tenantId: ctx.tenantId, attemptId: attempt.id });
    return { resource: viewOf(recordOf(intake)), replayed: false };
  }

  /** Somebody else was first between our look and our insert: his payment is the answer. */
  async #lost(ctx: TenantContext, order: AnyOrder): Promise<Accepted> {
    const known = await this.#findKnown(ctx, order);
    if (known === undefined) throw new PaymentError('idempotency_in_progress');
    return known;
  }

  /** @source api-conventions.md §4, the table of situations */
  async #findKnown(ctx: TenantContext, order: AnyOrder): Promise<Accepted | undefined> {
    const { key, fingerprint } = order.idempotency;
    const { byKey, byReference } = await this.store.findIntent(ctx, { key, clientReference: order.clientReference });
    if (byKey !== undefined) {
      if (byKey.fingerprint !== fingerprint) throw new PaymentError('idempotency_key_reused');
      return this.#replay(ctx, byKey.paymentId);
    }
    if (byReference === undefined) return undefined;
    if (byReference.paymentId === null) throw new PaymentError('client_reference_burned');
    if (byReference.fingerprint !== fingerprint) throw new PaymentError('client_reference_exists');
    return this.#replay(ctx, byReference.paymentId);
  }

  async #replay(ctx: TenantContext, paymentId: string): Promise<Accepted> {
    const record = await this.store.load(ctx, paymentId);
    if (record === undefined || !isVisible(ctx, record.payment)) throw new PaymentError('resource_missing');
    return { resource: viewOf(record), replayed: true };
  }

  #admit({ amountMinor, method }: AnyOrder, terminal: MerchantTerminal | undefined): MerchantTerminal {
    const isAmount = Number.isSafeInteger(amountMinor) && amountMinor > 0 && amountMinor <= AMOUNT_MINOR_MAX;
    if (!isAmount) throw new PaymentError('amount_invalid');
    if (terminal === undefined) throw new PaymentError('resource_missing');
    if (terminal.blocked) throw new PaymentError('terminal_blocked');
    // Asked before the card is opened, so that a wrong method does not use up the reader's key.
    if (method !== undefined && !terminal.methods.includes(method))
      throw new PaymentError('method_not_supported', { method });
    return terminal;
  }
}
