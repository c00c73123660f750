import { TsunaguProblem } from '@tsunagu/sdk';
import type { Cable, CablePlace } from './cable.js';
import type { Centre } from './centre.js';
import type { TillPayment } from './payment.js';
import { PurchaseDesk, wordsOf } from './purchase-desk.js';
import type { Reader } from './reader.js';
import type { Store } from './store.js';
import { mostOf, type MovementName } from './movement.js';
import type { TillActions } from './till-actions.js';
import {
  amountOf,
  asksPin,
  asksPlan,
  hasChoice,
  nextCustomer,
  digitsOf,
  type Entry,
  type ReceiptCopy,
} from './till-state.js';
import type { CardholderLanguage } from './words/cardholder-languages.js';
import { CURRENCY_SCREEN_VERSION } from './views/currency-view.js';
import { sayIn } from './words/till-words.js';

/** The till: what a person does, and what follows from it. */
export class Till implements TillActions {
  readonly #desk: PurchaseDesk;

  constructor(
    private readonly store: Store,
    private readonly outside: { readonly reader: Reader; readonly centre: Centre; readonly cable: Cable },
  ) {
    this.#desk = new PurchaseDesk(store, outside.centre);
  }

  /**
   * After a start: finish what an earlier run left open, and show what is open elsewhere.
   * @param paymentId of the address `/?payment=pay_…`: shown when nothing of this till is unfinished
   */
  async begin(paymentId: string | null): Promise<void> {
    if ((await this.outside.centre.till.unfinished()).length > 0) await this.#desk.resume();
    else if (paymentId !== null) await this.#desk.look(paymentId);
    await this.#refresh();
  }

  readonly type = (digits: string): void => this.setAmount(this.store.state.amount + digits);
  readonly setAmount = (text: string): void => this.store.set({ amount: digitsOf(text, this.store.state.amount) });
  readonly erase = (): void => this.store.set({ amount: this.store.state.amount.slice(0, -1) });
  readonly setKind = (kind: 'sale' | 'auth'): void => this.store.set({ kind });
  readonly offerCurrency = (offersCurrency: boolean): void => this.store.set({ offersCurrency });

  readonly charge = (): void => {
    if (amountOf(this.store.state) > 0) this.store.set({ screen: 'card', trouble: undefined });
  };

  readonly chooseCard = (name: string): void => {
    const card = this.store.state.cards.find((one) => one.name === name);
    if (card !== undefined) this.store.set({ card, brand: undefined });
  };

  readonly chooseBrand = (brand: string): void => this.store.set({ brand });

  readonly present = (entry: Entry): void => {
    const { card, screen } = this.store.state;
    if (card === undefined) return;
    this.store.set({ entry, trouble: undefined });
    if (asksPin({ brand: this.store.state.brand ?? card.brand }, entry)) return this.store.set({ screen: 'pin' });
    if (screen === 'insert') return this.#do(this.#insert());
    this.#do(this.#read());
  };

  /** The PIN of a card at the reader, of a card that is inserted now, or of one that the centre holds. */
  readonly enterPin = (pin: string): void => {
    const { payment } = this.store.state;
    const task = payment?.required_action?.type;
    if (task === 'enter_pin') return this.#do(this.#addPin(pin));
    this.#do(task === 'insert_chip' ? this.#insert(pin) : this.#read(pin));
  };

  readonly markPlan = (plan: string): void => this.store.set({ plan });
  readonly confirmPlan = (): void => this.#do(this.#desk.pay());
  readonly chooseCurrency = (choice: 'local' | 'foreign'): void => this.#do(this.#choose(choice));
  readonly freshOffer = (): void => this.#do(this.#desk.offerAgain());
  readonly setCardholderLanguage = (cardholderLanguage: CardholderLanguage): void =>
    this.store.set({ cardholderLanguage });

  /** Before the send nothing has happened; after it the payment is cancelled, and the answer says whether that was in time. */
  readonly stop = (): void => {
    if (this.store.state.payment === undefined)
      return this.store.set({ screen: 'amount', reading: undefined, plans: [], plan: 'one_time' });
    this.#do(this.#desk.move('cancel'));
  };

  readonly resume = (): void => this.#do(this.#desk.resume());
  readonly giveUp = (): void => this.#do(this.#desk.giveUp());
  readonly ask = (asking: MovementName | undefined): void => {
    const { payment } = this.store.state;
    const most = asking && payment && mostOf(asking, payment);
    this.store.set({ asking, asked: most === undefined ? '' : String(most), trouble: undefined });
  };

  readonly setAsked = (text: string): void => this.store.set({ asked: digitsOf(text, this.store.state.asked) });
  readonly move = (movement: MovementName): void => this.#do(this.#desk.move(movement));

  readonly next = (): void => {
    this.store.set(nextCustomer(this.store.state));
    this.#do(this.#refresh());
  };

  readonly showSignature = (): void => this.store.set({ screen: 'sign' });
  readonly signed = (signature: string): void => this.#do(this.#desk.sign(signature));
  readonly showReceipt = (): void => this.#do(this.#receipt());

  readonly setCopy = (copy: ReceiptCopy): void => {
    this.store.set({ copy });
    this.#do(this.#receipt());
  };

  readonly setReceiptLanguage = (receiptLanguage: CardholderLanguage): void => {
    const { receipt } = this.store.state;
    this.store.set({ receiptLanguage });
    this.#do(this.#receipt(typeof receipt === 'object' ? receipt.print : undefined));
  };

  readonly openPdf = (): void => {
    const { receipt } = this.store.state;
    if (typeof receipt === 'object' && receipt.pdf !== null) this.#do(this.outside.centre.open(receipt.pdf));
  };

  readonly back = (): void => this.store.set({ screen: this.store.state.payment === undefined ? 'amount' : 'result' });
  readonly showPayments = (): void => this.#do(this.#refresh().then(() => this.#toPayments()));
  readonly show = (payment: TillPayment): void => this.#do(this.#desk.arrive(payment));

  readonly switchLanguage = (): void => {
    const language = this.store.state.language === 'ja' ? 'en' : 'ja';
    document.documentElement.lang = language;
    this.store.set({ language, receiptLanguage: language });
  };

  readonly moveCable = (place: CablePlace): void => this.outside.cable.move(place);
  readonly closeTrouble = (): void => this.store.set({ trouble: undefined });

  /** Leaving a purchase in the middle would hide it. */
  #toPayments(): void {
    const isBusy = ['sending', 'pin', 'insert', 'currency', 'rate_over', 'unsent'].includes(this.store.state.screen);
    if (!isBusy) this.store.set({ screen: 'payments', payment: undefined });
  }

  async #read(pin?: string): Promise<void> {
    const { card, entry, brand } = this.store.state;
    if (card === undefined || entry === undefined) return;
    const reading = await this.outside.reader.present(card.name, {
      entry,
      amountMinor: amountOf(this.store.state),
      pin,
      brand,
    });
    this.store.set({ reading, plans: [], plan: 'one_time' });
    if (asksPlan(this.store.state)) {
      const money = { amount: amountOf(this.store.state), currency: 'JPY' } as const;
      this.store.set({ screen: 'sending' });
      const plans = await this.outside.centre.till.plans({ money, card: { bin: reading.bin6 } });
      this.store.set({ plans });
      if (hasChoice(plans)) return this.store.set({ screen: 'plan' });
    }
    await this.#desk.pay();
  }

  async #insert(pin?: string): Promise<void> {
    const { card, payment, brand } = this.store.state;
    if (card === undefined || payment === undefined) return;
    const presented = { entry: 'chip', amountMinor: payment.money.amount, pin, brand } as const;
    const { cardPresent } = await this.outside.reader.present(card.name, presented);
    await this.#desk.continueWith({ card_present: cardPresent } as never);
  }

  async #addPin(pin: string): Promise<void> {
    const { card } = this.store.state;
    if (card === undefined) return;
    await this.#desk.continueWith({ pin_block: await this.outside.reader.pin(card.name, pin) });
  }

  async #choose(choice: 'local' | 'foreign'): Promise<void> {
    const text = document.querySelector<HTMLElement>('[data-shown-to="cardholder"]')?.innerText ?? '';
    const hash = await crypto.subtle.digest('SHA-256', new TextEncoder().encode(text));
    await this.#desk.chooseCurrency(choice, {
      locale: this.store.state.cardholderLanguage,
      screen_template_version: CURRENCY_SCREEN_VERSION,
      rendered_text_hash: Array.from(new Uint8Array(hash), (byte) => byte.toString(16).padStart(2, '0')).join(''),
    });
  }

  /** @param print the same print again, in another language; a new one without it, which the centre marks 再発行 when it is not the first */
  async #receipt(print?: number): Promise<void> {
    const { payment, copy, receiptLanguage } = this.store.state;
    if (payment === undefined) return;
    this.store.set({ receipt: undefined, screen: 'receipt' });
    const wish = { copy, lang: receiptLanguage, print };
    const receipt = await this.outside.centre.receipt(payment.id, wish).catch((error: unknown) => {
      if (error instanceof TsunaguProblem) return 'missing' as const;
      throw error;
    });
    this.store.set({ receipt });
  }

  async #refresh(): Promise<void> {
    const open = (await this.outside.centre.till.openPayments()) as readonly TillPayment[];
    this.store.set({ open, recent: await this.outside.centre.recent() });
  }

  /** Trouble that a person can do something about is said; a bug is thrown, and the browser reports it. */
  #do(work: Promise<unknown>): void {
    void work.catch((error: unknown) => {
      const trouble = wordsOf(error, sayIn(this.store.state.language));
      const { screen, payment } = this.store.state;
      this.store.set({ trouble, screen: screen === 'sending' ? (payment === undefined ? 'card' : 'result') : screen });
    });
  }
}
