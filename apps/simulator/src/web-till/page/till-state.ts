import type { CablePlace } from './cable.js';
import type { TillPayment, WirePlan } from './payment.js';
import type { MovementName } from './movement.js';
import type { CardholderLanguage } from './words/cardholder-languages.js';
import type { TillLanguage } from './words/till-words.js';

export type Entry = 'contactless' | 'chip' | 'stripe';

/** A card of the tray: what is printed on its face, and no more. */
export interface TrayCard {
  readonly name: string;
  readonly brand: string;
  /** Brands that the holder may choose between. */
  readonly brands: readonly string[];
  readonly last4: string;
  readonly funding: 'credit' | 'debit' | 'prepaid';
  readonly currency: string;
  readonly entries: readonly Entry[];
  /** A card inside a phone or watch, which verifies its holder by itself. */
  readonly device: 'phone' | 'watch' | null;
}

/** What the till shows at this moment. */
export type Screen =
  | 'amount'
  | 'card'
  | 'pin'
  | 'plan'
  | 'sending'
  | 'currency'
  | 'rate_over'
  | 'insert'
  | 'result'
  | 'unsent'
  | 'sign'
  | 'receipt'
  | 'payments';

/** An offer of the card's own currency, as the API words it. @source api-conventions.md §5 */
export interface CurrencyOffer {
  readonly id: string;
  readonly local: { readonly amount_display: string };
  readonly foreign: { readonly amount_display: string };
  readonly expires_at: string;
  /** Language → lines: instruction, totals, rate, mark-up, source, disclaimer. */
  readonly disclosure: Readonly<Record<string, string>>;
}

/** One line of a slip, from top to bottom; a type that this page does not know is printed as text. */
export interface SlipLine {
  readonly type: string;
  readonly label: string | null;
  readonly text: string | null;
  readonly align: string;
  readonly size: string;
}

/** A receipt as the API sends it. */
export interface TillReceipt {
  readonly lines: readonly SlipLine[];
  /** Which print of this copy it is; 1 is the original. */
  readonly print: number;
  /** Path of the same print as a PDF. */
  readonly pdf: string | null;
}

export type ReceiptCopy = 'customer' | 'merchant' | 'issuer';

/** What a card reading brought: ciphertext, and the parts that the reader may show. */
export interface Reading {
  readonly cardPresent: Readonly<Record<string, unknown>>;
  readonly bin6: string;
}

/** Everything that the page shows, in one value; a PIN is never in it. */
export interface TillState {
  readonly language: TillLanguage;
  readonly screen: Screen;
  readonly cable: CablePlace;
  /** Digits as typed; empty before the first. */
  readonly amount: string;
  readonly kind: 'sale' | 'auth';
  readonly offersCurrency: boolean;
  readonly cards: readonly TrayCard[];
  readonly card: TrayCard | undefined;
  /** The holder's choice on a card of two brands. */
  readonly brand: string | undefined;
  readonly entry: Entry | undefined;
  readonly reading: Reading | undefined;
  readonly plans: readonly WirePlan[];
  /** Name of the marked plan. */
  readonly plan: string;
  readonly offer: CurrencyOffer | undefined;
  readonly cardholderLanguage: CardholderLanguage;
  readonly payment: TillPayment | undefined;
  /** Nobody has answered for a while, and the till keeps asking. */
  readonly isSilent: boolean;
  readonly open: readonly TillPayment[];
  readonly recent: readonly TillPayment[];
  /** Undefined while it is on its way. */
  readonly receipt: TillReceipt | 'missing' | undefined;
  readonly copy: ReceiptCopy;
  readonly receiptLanguage: CardholderLanguage;
  /** A drawn signature as a picture, `data:image/png;base64,…`; the centre gives none back. */
  readonly signature: string | undefined;
  /** What has just gone wrong, in the clerk's language. */
  readonly trouble: string | undefined;
  /** A movement that waits for a yes. */
  readonly asking: MovementName | undefined;
  /** How much of it, digits as typed. */
  readonly asked: string;
}

const AMOUNT_DIGITS_MAX = 8;

/** A till before its first customer. */
export function freshState(cards: readonly TrayCard[], language: TillLanguage): TillState {
  return {
    language,
    screen: 'amount',
    cable: 'plugged',
    amount: '',
    kind: 'sale',
    offersCurrency: false,
    cards,
    card: cards[0],
    brand: undefined,
    entry: undefined,
    reading: undefined,
    plans: [],
    plan: 'one_time',
    offer: undefined,
    cardholderLanguage: 'en',
    payment: undefined,
    isSilent: false,
    open: [],
    recent: [],
    receipt: undefined,
    copy: 'customer',
    receiptLanguage: language,
    signature: undefined,
    trouble: undefined,
    asking: undefined,
    asked: '',
  };
}

/** The next customer finds nothing of the last one. */
export function nextCustomer(state: TillState): TillState {
  const { cards, language, cable, kind, offersCurrency, open, recent, card } = state;
  return { ...freshState(cards, language), cable, kind, offersCurrency, open, recent, card };
}

/**
 * @param text as typed, wide digits of a Japanese keyboard included
 * @param before what stood there; it stays when yen at a counter have no room for the text
 * @returns digits; zeros do not lead
 */
export function digitsOf(text: string, before: string): string {
  const typed = text.normalize('NFKC').replaceAll(/\D/g, '').replace(/^0+/, '');
  return typed.length > AMOUNT_DIGITS_MAX ? before : typed;
}

export const amountOf = ({ amount }: Pick<TillState, 'amount'>): number => Number(amount || '0');

/**
 * Whether the reader asks for a PIN with the card: UnionPay in every way of reading, and every chip that is inserted in Japan.
 * @source payment-features.md §4.2, §6.3 (PIN bypass ended 2025-03-31)
 */
export function asksPin(card: Pick<TrayCard, 'brand'>, entry: Entry): boolean {
  return card.brand === 'unionpay' || entry === 'chip';
}

/** The card of the tray that a payment was made with: after a reload, or on another tablet. */
export function cardOf(cards: readonly TrayCard[], payment: Pick<TillPayment, 'card'>): TrayCard | undefined {
  const alike = cards.filter(({ last4 }) => last4 === payment.card?.last4);
  return alike.find(({ brand }) => brand === payment.card?.brand) ?? alike[0];
}

/** A plan question makes sense for credit at home; UnionPay, debit and a choice of currency are one-time. */
export function asksPlan({
  card,
  brand,
  offersCurrency,
}: Pick<TillState, 'card' | 'brand' | 'offersCurrency'>): boolean {
  if (card === undefined) return false;
  const isForeign = card.currency !== 'JPY';
  return (brand ?? card.brand) !== 'unionpay' && card.funding === 'credit' && !(isForeign && offersCurrency);
}

/** Whether this choice has anything to choose. */
export function hasChoice(plans: readonly WirePlan[]): boolean {
  return plans.length > 1;
}
