import type { Intent, IntentAction, Journal } from '../journal/journal.js';
import { DEFAULT_PATIENCE, type Patience } from '../transport/patience.js';
import { systemClock, type TillClock } from '../transport/till-clock.js';
import { Transport, type Limits, type OnRetry, type Sent, type TransportOptions } from '../transport/transport.js';
import type { AttemptAnswer, Money, Payment, PaymentPlan, PlanQuestion, Schemas } from '../wire/types.js';
import type { Continuation, CurrencyChoice, DccOffer, Receipt, ReceiptQuestion } from '../wire/steps.js';
import { followPayment } from './follow-payment.js';
import { Intents, type NewIntent } from './intents.js';
import { Movements } from './movements.js';
import type { Movement, Outcome, Resumed } from './outcome.js';
import { Purchases } from './purchases.js';
import { Settler } from './settler.js';
import { Steps } from './steps.js';

const STEPS: readonly IntentAction[] = ['continue', 'choose_currency'];

export interface TillOptions {
  /** Base address of the API, e.g. `https://api.example.jp`. */
  readonly baseUrl: string;
  readonly apiKey: TransportOptions['apiKey'];
  /** The terminal that this till is, `trm_…`. */
  readonly terminalId: string;
  /** Where intents are kept: `FileJournal`, `StorageJournal`, `MemoryJournal` or your own. */
  readonly journal: Journal;
  readonly language?: 'ja' | 'en';
  readonly patience?: Partial<Patience>;
  /** How old a purchase that never arrived may be to be sent by `resume`, milliseconds (default two minutes). */
  readonly resendWithinMs?: number;
  readonly onRetry?: OnRetry;
  readonly clock?: TillClock;
  /** 0 to 1: the jitter of the pauses. */
  readonly random?: () => number;
  readonly fetch?: TransportOptions['fetch'];
}

/** A purchase as the shop sees it. Key, reference and terminal are the till's own. */
export type Purchase = Omit<Schemas['CreatePaymentRequest'], 'client_reference' | 'terminal_id'> & {
  /** Left out: a new UUIDv7. */
  readonly client_reference?: string;
};

export interface CallOptions {
  /** Stop waiting. What was sent is not undone by it: `giveUp` does that. */
  readonly signal?: AbortSignal;
  /** Instead of the till's patience, milliseconds. */
  readonly timeoutMs?: number;
}

/**
 * A till. Every purchase and every movement is written into the journal before it is sent, repeated with its own key until it is
 * answered, and followed until the gateway has proved how it ended. What the till does not know it calls `unknown`.
 */
export class TillClient {
  readonly #transport: Transport;
  readonly #intents: Intents;
  readonly #settler: Settler;
  readonly #purchases: Purchases;
  readonly #movements: Movements;
  readonly #steps: Steps;
  readonly #patience: Patience;
  readonly #clock: TillClock;

  constructor(private readonly options: TillOptions) {
    const clock = (this.#clock = options.clock ?? systemClock);
    const { waitSeconds } = (this.#patience = { ...DEFAULT_PATIENCE, ...options.patience });
    const transport = (this.#transport = new Transport({
      baseUrl: options.baseUrl,
      apiKey: options.apiKey,
      language: options.language ?? 'ja',
      patience: this.#patience,
      clock,
      random: options.random ?? Math.random,
      fetch: options.fetch ?? ((request) => fetch(request)),
      onRetry: options.onRetry ?? (() => undefined),
    }));
    const intents = (this.#intents = new Intents(options.journal, clock));
    const settler = (this.#settler = new Settler(transport, clock, waitSeconds));
    const resendWithinMs = options.resendWithinMs ?? 120_000;
    this.#purchases = new Purchases({ transport, intents, settler, clock, waitSeconds, resendWithinMs });
    this.#movements = new Movements(transport, intents, settler, waitSeconds);
    this.#steps = new Steps(transport, intents, settler, this.#purchases, waitSeconds);
  }

  get terminalId(): string {
    return this.options.terminalId;
  }

  /**
   * Take a payment.
   * @throws UnfinishedError an earlier request must be resumed or given up first; nothing was sent
   * @throws TsunaguProblem the API refused; the journal says whether the purchase is unfinished
   */
  pay(purchase: Purchase, call: CallOptions = {}): Promise<Outcome> {
    return this.#run(call, async (limits) => {
      const { client_reference: given, ...order } = purchase;
      const draft = await this.#beginPurchase(order, given);
      return this.#purchases.send(draft, limits);
    });
  }

  /** Finish what a crash or a lost line left open. @returns undefined when nothing is unfinished */
  resume(call: CallOptions = {}): Promise<Resumed | undefined> {
    return this.#run(call, async (limits) => {
      const open = await this.#intents.unfinished();
      const intent = open.find(({ action }) => action !== 'pay') ?? open.at(0); // a step says more than its purchase
      return intent && { action: intent.action, ending: await this.#finish(intent, limits) };
    });
  }

  /**
   * Finish a purchase that another device began: a tablet that was lost with its journal. What has arrived is followed; what has not is given
   * up, because this device does not have the card.
   * @throws UnfinishedError this device has something of its own to finish first
   */
  takeOver(clientReference: string, call: CallOptions = {}): Promise<Outcome> {
    return this.#run(call, async (limits) =>
      this.#purchases.resume(await this.#intents.begin({ action: 'pay', clientReference }), limits),
    );
  }

  /** What is unfinished at this till, oldest first. */
  unfinished(): Promise<readonly Intent[]> {
    return this.#intents.unfinished();
  }

  /**
   * End a purchase safely, without knowing how it stands: the unfinished one, or any by its reference.
   * `not_charged` when it was undone or can never happen, `charged` when it stands and the gateway does not undo it.
   */
  giveUp(clientReference?: string, call: CallOptions = {}): Promise<Outcome | undefined> {
    return this.#run(call, async (limits) => {
      const reference = clientReference ?? (await this.#openReference());
      if (reference === undefined) return undefined;
      const intent = await this.#intents.begin({ action: 'give_up', clientReference: reference });
      return this.#purchases.giveUp(intent, limits);
    });
  }

  /** Capture an authorization: all that is left when no money is named. */
  capture(paymentId: string, { money, final }: Schemas['CaptureRequest'] = {}, call?: CallOptions): Promise<Movement> {
    return this.#move({ action: 'capture', paymentId, body: { money, final } }, call);
  }

  /** Give back: all that is left when no money is named. */
  refund(
    paymentId: string,
    { money, kind, slip_no }: Schemas['RefundRequest'] = {},
    call?: CallOptions,
  ): Promise<Movement> {
    return this.#move({ action: 'refund', paymentId, body: { money, kind, slip_no } }, call);
  }

  /** Cancel before capture. */
  cancel(paymentId: string, call?: CallOptions): Promise<Movement> {
    return this.#move({ action: 'cancel', paymentId }, call);
  }

  /** Raise an authorization by so much. */
  increase(paymentId: string, money: Money, call?: CallOptions): Promise<Movement> {
    return this.#move({ action: 'increase', paymentId, body: { money } }, call);
  }

  /** Let go of what an authorization holds beyond its captures. */
  release(paymentId: string, call?: CallOptions): Promise<Movement> {
    return this.#move({ action: 'release', paymentId }, call);
  }

  /** Go on with a purchase that waits for its customer (`action_required`): a PIN, or the card read again. */
  continueWith(paymentId: string, continuation: Continuation, call?: CallOptions): Promise<Outcome> {
    return this.#step({ action: 'continue', paymentId, body: { ...continuation } }, call);
  }

  /** Amounts in both currencies for the customer to choose from; valid for a short time only. */
  async dccOffer(paymentId: string, call: CallOptions = {}): Promise<DccOffer> {
    const params = { path: { id: paymentId } };
    const sent = await this.#transport.send<DccOffer>(
      (api, signal) => api.POST('/v1/payments/{id}/dcc-offers', { params, signal }),
      this.#limits(call),
    );
    return this.#answerOf(sent);
  }

  /** The customer's own choice. Nothing chooses in their place: without a choice the purchase ends uncharged. */
  dccChoice(paymentId: string, choice: CurrencyChoice, call?: CallOptions): Promise<Outcome> {
    return this.#step({ action: 'choose_currency', paymentId, body: { ...choice } }, call);
  }

  /**
   * Keep the signature that the customer drew: a PNG of at most 200 KB. It moves no money and the same picture again changes nothing, so
   * nothing is written into the journal: after a lost answer sign again.
   * @throws TsunaguProblem `file_rejected`, `body_too_large`; `state_conflict` not approved, given back whole, or signed with another picture
   */
  async sign(paymentId: string, png: Blob | Uint8Array<ArrayBuffer>, call: CallOptions = {}): Promise<Payment> {
    const params = { path: { id: paymentId } };
    const picture = { bodySerializer: () => png, headers: { 'Content-Type': 'image/png' } };
    const sent = await this.#transport.send<Payment>(
      (api, signal) => api.PUT('/v1/payments/{id}/signature', { params, body: '', ...picture, signal }),
      this.#limits(call),
    );
    return this.#answerOf(sent);
  }

  /** A copy of the receipt as structured lines and plain text. */
  async receipt(paymentId: string, question: ReceiptQuestion = {}, call: CallOptions = {}): Promise<Receipt> {
    const params = { path: { id: paymentId }, query: question };
    const sent = await this.#transport.send<Receipt>(
      (api, signal) => api.GET('/v1/payments/{id}/receipt', { params, signal }),
      this.#limits(call),
    );
    return this.#answerOf(sent);
  }

  /**
   * The payment after every change, until it is final; the line is taken up again where it broke.
   * @throws TsunaguProblem the API refuses to tell
   */
  follow(paymentId: string, signal: AbortSignal): AsyncGenerator<Payment> {
    return followPayment(this.#transport, { paymentId, signal, patience: this.#patience, clock: this.#clock });
  }

  /** What the customer may choose for this amount and card, with days and amounts. */
  async plans(question: PlanQuestion, call: CallOptions = {}): Promise<readonly PaymentPlan[]> {
    const body = { ...question, terminal_id: this.terminalId };
    const sent = await this.#transport.send<Schemas['PlanQuoteResponse']>(
      (api, signal) => api.POST('/v1/payment-plans/quote', { body, signal }),
      this.#limits(call),
    );
    return this.#answerOf(sent).plans;
  }

  /** @throws TsunaguProblem `resource_missing` */
  async payment(id: string, call: CallOptions = {}): Promise<Payment> {
    return this.#answerOf(await this.#settler.payment(id, this.#limits(call)));
  }

  /** The newest payments that this till's key may see, newest first. */
  async recentPayments(limit = 10, call: CallOptions = {}): Promise<readonly Payment[]> {
    const params = { query: { limit } };
    const sent = await this.#transport.send<Schemas['PaymentListResponse']>(
      (api, signal) => api.GET('/v1/payments', { params, signal }),
      this.#limits(call),
    );
    return this.#answerOf(sent).data;
  }

  /** Where a purchase stands, by its reference; `never_seen` when it never arrived. */
  async attempt(clientReference: string, call: CallOptions = {}): Promise<AttemptAnswer> {
    return this.#answerOf(await this.#settler.attempt(clientReference, this.#limits(call)));
  }

  /** Everything of this terminal that is not final yet: what a till asks after a restart, or in place of a lost one. */
  async openPayments(call: CallOptions = {}): Promise<readonly Payment[]> {
    const payments: Payment[] = [];
    const limits = this.#limits(call);
    for (let cursor: string | undefined; ;) {
      const params = {
        path: { id: this.terminalId },
        query: { limit: 100, ...(cursor === undefined ? {} : { cursor }) },
      };
      const sent = await this.#transport.send<Schemas['PaymentListResponse']>(
        (api, signal) => api.GET('/v1/terminals/{id}/open-payments', { params, signal }),
        limits,
      );
      const page = this.#answerOf(sent);
      payments.push(...page.data);
      if (!page.has_more || page.next_cursor === null) return payments;
      cursor = page.next_cursor;
    }
  }

  async #beginPurchase(order: Omit<Purchase, 'client_reference'>, given: string | undefined): Promise<Intent> {
    const reference = given ?? this.#intents.newReference();
    const body = { ...order, client_reference: reference, terminal_id: this.terminalId };
    return this.#intents.begin({ action: 'pay', clientReference: reference, body });
  }

  #move(order: NewIntent, call: CallOptions = {}): Promise<Movement> {
    return this.#run(call, async (limits) => this.#movements.send(await this.#intents.begin(order), limits));
  }

  #step(order: NewIntent, call: CallOptions = {}): Promise<Outcome> {
    return this.#run(call, async (limits) => this.#steps.send(await this.#intents.begin(order), limits));
  }

  #finish(intent: Intent, limits: Limits): Promise<Outcome | Movement> {
    if (intent.action === 'pay') return this.#purchases.resume(intent, limits);
    if (intent.action === 'give_up') return this.#purchases.giveUp(intent, limits);
    if (STEPS.includes(intent.action)) return this.#steps.resume(intent, limits);
    return this.#movements.send(intent, { ...limits, isRepeat: true });
  }

  async #openReference(): Promise<string | undefined> {
    const open = await this.#intents.unfinished();
    return open.find(({ clientReference }) => clientReference !== null)?.clientReference ?? undefined;
  }

  #run<T>(call: CallOptions, work: (limits: Limits) => Promise<T>): Promise<T> {
    call.signal?.throwIfAborted(); // nothing is sent, so nothing is unknown
    return this.#intents.alone(() => work(this.#limits(call)));
  }

  /** @throws TsunaguProblem the API refused · NoAnswerError nobody answered in time */
  #answerOf<T>(sent: Sent<T>): T {
    if (sent.kind === 'answered') return sent.data;
    if (sent.kind === 'refused') throw sent.problem;
    throw sent.problem ?? new NoAnswerError(this.options.baseUrl);
  }

  #limits({ signal, timeoutMs }: CallOptions): Limits {
    const untilMs = this.#clock.monotonicMs() + (timeoutMs ?? this.#patience.totalMs);
    return { untilMs, signal: signal ?? new AbortController().signal };
  }
}

/** Nobody answered a question within the patience of the till. Questions move no money: ask again. */
export class NoAnswerError extends Error {
  constructor(baseUrl: string) {
    super(`${baseUrl} does not answer`);
    this.name = 'NoAnswerError';
  }
}
