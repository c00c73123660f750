import {
  NoAnswerError,
  TsunaguProblem,
  UnfinishedError,
  type Intent,
  type Movement,
  type Outcome,
  type Purchase,
} from '@tsunagu/sdk';
import type { Centre } from './centre.js';
import { taskOf, type TillPayment } from './payment.js';
import { ReaderFailure } from './reader.js';
import type { Store } from './store.js';
import { orderOf, type MovementName } from './movement.js';
import { amountOf, cardOf } from './till-state.js';
import { sayIn, type TillWord } from './words/till-words.js';

/** A purchase that is not answered by then is looked at, so that the clerk sees where it stands. */
const LOOK_AFTER_MS = 700;
/** @source payment-features.md §2.1: the choice ends five seconds before the quote */
const BEFORE_END_MS = 5_000;

type Plan = NonNullable<Purchase['payment_plan']>;

/** Purchases and movements: what is sent, what the till shows meanwhile, and how it ends. */
export class PurchaseDesk {
  #waiting = new AbortController();

  constructor(
    private readonly store: Store,
    private readonly centre: Centre,
  ) {}

  /** Send the sale that the screen shows. */
  async pay(): Promise<void> {
    const { kind, reading, plan, plans, offersCurrency } = this.store.state;
    if (reading === undefined) return;
    const chosen = plans.find(({ name }) => name === plan);
    const reference = crypto.randomUUID();
    const order = {
      client_reference: reference,
      kind,
      money: { amount: amountOf(this.store.state), currency: 'JPY' },
      card_present: reading.cardPresent,
      ...(offersCurrency ? { method: 'dcc' } : {}),
      ...(chosen === undefined || chosen.type === 'one_time' ? {} : { payment_plan: planOf(chosen) }),
    } as unknown as Purchase;
    await this.#follow(() => this.centre.till.pay(order), this.#watchReference(reference));
  }

  /** Go on with what a broken line or a reload left open. */
  async resume(): Promise<void> {
    const { payment } = this.store.state;
    const [intent] = await this.centre.till.unfinished();
    if (intent === undefined && payment !== undefined) return this.look(payment.id);
    await this.#follow(
      async () => (await this.centre.till.resume())?.ending ?? { result: 'not_charged', payment: null },
      this.#watchIntent(intent),
    );
  }

  async giveUp(): Promise<void> {
    await this.#follow(async () => (await this.centre.till.giveUp()) ?? { result: 'not_charged', payment: null });
  }

  /** A PIN, or the chip, for a purchase that waits for its customer. */
  async continueWith(what: Parameters<Centre['till']['continueWith']>[1]): Promise<void> {
    const { payment } = this.store.state;
    if (payment === undefined) return;
    await this.#follow(() => this.centre.till.continueWith(payment.id, what), this.#watch(payment.id));
  }

  /** @param shown what the cardholder saw: it is kept with the choice */
  async chooseCurrency(choice: 'local' | 'foreign', shown: Readonly<Record<string, string>>): Promise<void> {
    const { payment, offer } = this.store.state;
    if (payment === undefined || offer === undefined) return;
    const chosen = { ...shown, offer_id: offer.id, choice };
    await this.#follow(() => this.centre.till.dccChoice(payment.id, chosen), this.#watch(payment.id));
  }

  async move(name: MovementName): Promise<void> {
    const { payment, asked } = this.store.state;
    if (payment === undefined) return;
    const order = orderOf(name, payment, Number(asked));
    const { till } = this.centre;
    const send = () =>
      name === 'refund' || name === 'capture' ? till[name](payment.id, order) : till[name](payment.id);
    await this.#follow(send, this.#watch(payment.id));
  }

  /** Hand the drawing to the centre. When it does not arrive, the same drawing can be sent again. */
  async sign(signature: string): Promise<void> {
    const { payment } = this.store.state;
    if (payment === undefined) return;
    this.store.set({ signature, copy: 'merchant', screen: 'sending', trouble: undefined });
    const kept = (await this.centre.till.sign(payment.id, bytesOf(signature))) as TillPayment;
    this.store.set({ payment: kept, screen: 'result', isSilent: false });
  }

  /** Show a payment, or what its customer has to do. */
  async arrive(payment: TillPayment): Promise<void> {
    this.store.set({ payment, isSilent: false, asking: undefined });
    const task = taskOf(payment);
    if (task === undefined) return this.store.set({ screen: 'result' });
    this.store.set({ card: cardOf(this.store.state.cards, payment) ?? this.store.state.card });
    void this.#untilOver(payment);
    if (task === 'choose_currency') return this.#offer(payment);
    this.store.set({ screen: task === 'enter_pin' ? 'pin' : 'insert' });
  }

  /** The customer's time ends at the centre, not here: when the payment goes on or ends there, the screen follows. */
  async #untilOver({ id, sequence }: TillPayment): Promise<void> {
    this.#waiting.abort();
    const { signal } = (this.#waiting = new AbortController());
    await this.#watch(id, (payment) => {
      if (payment.sequence <= sequence || taskOf(payment) !== undefined) return;
      void this.resume().catch((error: unknown) => this.#failed(error as Error));
    })(signal);
  }

  /** The customer wants to see today's rate again. */
  async offerAgain(): Promise<void> {
    const { payment } = this.store.state;
    if (payment !== undefined) await this.#offer(payment);
  }

  /** An offer is shown while it holds. Then the screen says that it is over; a fresh one comes when a person asks for it. */
  async #offer(payment: TillPayment): Promise<void> {
    this.store.set({ screen: 'sending' });
    const offer = await this.centre.till.dccOffer(payment.id);
    this.store.set({ payment: offer.payment as TillPayment });
    if (offer.id === null) return this.resume(); // it goes on in the local currency: the journal learns how it ends
    const leftMs = Date.parse(offer.expires_at) - Date.now() - BEFORE_END_MS;
    this.store.set({ offer, screen: leftMs > 0 ? 'currency' : 'rate_over' });
    setTimeout(() => {
      const { screen, offer: shown } = this.store.state;
      if (screen === 'currency' && shown?.id === offer.id) this.store.set({ screen: 'rate_over' });
    }, leftMs);
  }

  async #follow(work: () => Promise<Outcome | Movement>, watching?: Watching): Promise<void> {
    this.store.set({ screen: 'sending', trouble: undefined, isSilent: false, asking: undefined });
    const stop = new AbortController();
    void watching?.(stop.signal);
    this.#waiting.abort();
    const ending = await work().catch((error: unknown) => error as Error);
    stop.abort();
    if (ending instanceof Error) return this.#failed(ending);
    const { payment } = ending;
    if (payment !== null) return this.arrive(payment as TillPayment);
    if (ending.result === 'unknown') this.store.set({ screen: 'unsent', isSilent: false });
    else this.store.set({ screen: 'result', payment: undefined, isSilent: false });
  }

  /** What was refused for good leaves the till free; what is still in the journal must be found out. */
  async #failed(error: Error): Promise<void> {
    const { payment: asked } = this.store.state;
    if (error instanceof TsunaguProblem && error.code === 'offer_expired' && asked !== undefined) {
      void this.#untilOver(asked);
      return this.store.set({ screen: 'rate_over' });
    }
    this.#tell(error);
    const open = await this.centre.till.unfinished();
    if (open.length > 0) return this.store.set({ screen: 'unsent', isSilent: false });
    if (asked === undefined) return this.store.set({ screen: 'card', reading: undefined });
    await this.look(asked.id);
  }

  /** A payment that is not in this till's journal: read it, and follow it until it is quiet. */
  async look(paymentId: string): Promise<void> {
    try {
      const seen = (await this.centre.till.payment(paymentId)) as TillPayment;
      if (seen.final || taskOf(seen) !== undefined) return await this.arrive(seen);
      this.store.set({ screen: 'sending', payment: seen });
      const stop = new AbortController();
      for await (const each of this.centre.till.follow(paymentId, stop.signal))
        this.store.set({ payment: each as TillPayment });
      await this.arrive((await this.centre.till.payment(paymentId)) as TillPayment);
    } catch (error) {
      this.#tell(error);
      this.store.set({ screen: this.store.state.payment === undefined ? 'amount' : 'result' });
    }
  }

  /** While the answer is out: tell where the payment stands, as the centre tells it. */
  #watch(paymentId: string, seen = (payment: TillPayment) => this.store.set({ payment, isSilent: false })): Watching {
    return async (signal) => {
      try {
        for await (const payment of this.centre.till.follow(paymentId, signal))
          if (!signal.aborted) seen(payment as TillPayment);
      } catch (error) {
        if (!(error instanceof TsunaguProblem)) throw error; // the answer itself says more than the stream
      }
    };
  }

  #watchIntent(intent: Intent | undefined): Watching {
    const id = intent?.paymentId ?? undefined;
    return id === undefined ? this.#watchReference(intent?.clientReference ?? '') : this.#watch(id);
  }

  #watchReference(reference: string): Watching {
    return async (signal) => {
      await new Promise((done) => setTimeout(done, LOOK_AFTER_MS));
      if (signal.aborted || reference === '') return;
      const seen = await this.centre.till.attempt(reference, { signal }).catch(() => undefined);
      const id = seen?.payment?.id;
      if (id !== undefined && !signal.aborted) await this.#watch(id)(signal);
    };
  }

  #tell(error: unknown): void {
    const say = sayIn(this.store.state.language);
    this.store.set({ trouble: wordsOf(error, say), isSilent: false });
  }
}

type Watching = (signal: AbortSignal) => Promise<void>;

/** Words for what a clerk can do something about; anything else is a bug, and is thrown on. */
export function wordsOf(error: unknown, say: (word: TillWord) => string): string {
  if (error instanceof TsunaguProblem)
    return `${error.body.detail ?? error.body.title} ${say(`next_${error.nextAction}`)}`;
  if (error instanceof ReaderFailure) return say('trouble_reader');
  if (error instanceof UnfinishedError) return say('unsent_detail');
  if (error instanceof NoAnswerError || error instanceof TypeError) return say('trouble_line');
  throw error;
}

function bytesOf(dataUrl: string): Uint8Array<ArrayBuffer> {
  return Uint8Array.from(atob(dataUrl.slice(dataUrl.indexOf(',') + 1)), (byte) => byte.charCodeAt(0));
}

function planOf({
  type,
  count,
  bonus_months: months,
}: {
  type: string;
  count: number | null;
  bonus_months: readonly number[];
}): Plan {
  return {
    type,
    ...(count === null ? {} : { count }),
    ...(months.length === 0 ? {} : { bonus_months: [...months] }),
  } as Plan;
}
