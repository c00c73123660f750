import { randomUUID } from 'node:crypto';
import { SharedReader, type CardPresent, type Presentation } from './card-reader.js';
import { ApiProblem, PaymentApi, provesNothingDone, type Payment, type PaymentPlan } from './payment-api.js';
import type { PlanChoice } from './plan-text.js';
import { TillError, type SandboxFile, type SandboxTerminal } from './sandbox-file.js';
import { TillMemory, type PendingIntent } from './till-memory.js';

export interface Purchase extends Presentation {
  readonly kind: 'sale' | 'auth';
  readonly plan?: PlanChoice;
  readonly slipNo?: string;
  readonly clientReference?: string;
}

/** One simulated terminal: it decides, writes down, sends, and never sends a second purchase in place of the first. */
export class Till {
  readonly api: PaymentApi;
  readonly #memory: TillMemory;
  readonly #reader: SharedReader;

  constructor(
    private readonly sandbox: SandboxFile,
    readonly terminal: SandboxTerminal,
    { patienceMs, say }: { patienceMs?: number; say?: (line: string) => void } = {},
  ) {
    this.api = new PaymentApi(sandbox.content.api, terminal.api_key, patienceMs, say);
    this.#memory = new TillMemory(sandbox.file, terminal.id);
    this.#reader = new SharedReader(terminal, sandbox.counterFile(terminal.id));
  }

  get pending(): PendingIntent | null {
    return this.#memory.pending;
  }

  /** Read a card and take no payment: `card_present` for a request of your own. The reader's counter moves on. */
  readCard(presentation: Presentation): CardPresent {
    const cardPresent = this.#reader.present(presentation);
    this.sandbox.noteCounter(this.terminal.id, this.#reader.nextCounter);
    return cardPresent;
  }

  /** @throws TillError an earlier request is unfinished · ApiProblem the API refused */
  async pay(purchase: Purchase): Promise<Payment> {
    this.#requireNothingPending();
    const cardPresent = this.readCard(purchase);
    const pending = newIntent('/v1/payments', {
      client_reference: purchase.clientReference ?? randomUUID(),
      terminal_id: this.terminal.id,
      kind: purchase.kind,
      money: { amount: purchase.amountMinor, currency: 'JPY' },
      ...(purchase.plan === undefined ? {} : { payment_plan: purchase.plan }),
      ...(purchase.slipNo === undefined ? {} : { slip_no: purchase.slipNo }),
      card_present: cardPresent,
    });
    this.#memory.begin(pending);
    return this.#finish(pending);
  }

  /** What the customer may choose, asked before the card is charged: the reader shows the first six digits. */
  async plans({ card, amountMinor }: Presentation): Promise<PaymentPlan[]> {
    const { body } = await this.api.post('/v1/payment-plans/quote', randomUUID(), {
      terminal_id: this.terminal.id,
      money: { amount: amountMinor, currency: 'JPY' },
      card: { bin: card.pan.slice(0, 6) },
    });
    return body['plans'] as PaymentPlan[];
  }

  /** Capture, refund or cancel an earlier payment. */
  async move(paymentId: string, movement: 'captures' | 'refunds' | 'cancel', amountMinor?: number): Promise<Payment> {
    this.#requireNothingPending();
    const body = amountMinor === undefined ? {} : { money: { amount: amountMinor, currency: 'JPY' } };
    const pending = newIntent(`/v1/payments/${paymentId}/${movement}`, body);
    this.#memory.begin(pending);
    return this.#finish(pending);
  }

  /** After a crash: ask again with the same key. @returns undefined when nothing was unfinished */
  async resume(): Promise<Payment | undefined> {
    const { pending } = this.#memory;
    return pending === null ? undefined : this.#finish(pending);
  }

  async #finish(pending: PendingIntent): Promise<Payment> {
    try {
      const { body } = await this.api.post(pending.path, pending.idempotencyKey, pending.body);
      const payment = await this.api.settle(paymentOf(body));
      this.#memory.finish();
      return payment;
    } catch (error) {
      if (error instanceof ApiProblem && provesNothingDone(error.answer)) this.#memory.finish();
      throw error;
    }
  }

  #requireNothingPending(): void {
    const { pending } = this.#memory;
    if (pending === null) return;
    throw new TillError(
      `an earlier request (${pending.path}, ${pending.startedAt}) is unfinished: run "npm run till -- resume" first`,
    );
  }
}

function newIntent(path: string, body: Record<string, unknown>): PendingIntent {
  return { path, idempotencyKey: randomUUID(), body, startedAt: new Date().toISOString() };
}

/** A refund answers with itself and names its payment. */
function paymentOf(body: Record<string, unknown>): string {
  const id = body['object'] === 'refund' ? body['payment'] : body['id'];
  if (typeof id !== 'string') throw new TillError('the answer names no payment');
  return id;
}
