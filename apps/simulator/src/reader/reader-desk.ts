import { isCurrency, type CurrencyCode } from '@tsunagu/kernel';
import { brandsOf, TEST_CARDS, type TestCard } from '../cards/test-cards.js';
import { ENTRY_MODES, type CardPresent, type EntryMode, type PinBlock } from './card-reader.js';
import type { SandboxReaders } from './sandbox-readers.js';
import type { SharedReader } from './shared-reader.js';

/** What is wrong with a question to the reader; the field, never its value. */
export class ReaderRequestError extends Error {
  /** @param field name of the field of the question; undefined: the whole of it */
  constructor(
    message: string,
    readonly field?: string,
  ) {
    super(message);
  }
}

/** No reader of the sandbox has this id. */
export class UnknownReaderError extends Error {}

/** A card of the tray as the page may know it: no number, no track. */
export interface CardFace {
  readonly name: string;
  readonly brand: TestCard['brand'];
  /** Brands that the holder may choose between; mostly one. */
  readonly brands: readonly TestCard['brand'][];
  readonly last4: string;
  readonly funding: TestCard['funding'];
  readonly currency: string;
  /** Ways in which this card can be read. */
  readonly entries: readonly EntryMode[];
  /** A card inside a phone or watch. */
  readonly device: 'phone' | 'watch' | null;
}

/** What the reader's display shows of a card that it has read. */
interface Shown {
  readonly brand: TestCard['brand'];
  readonly bin6: string;
  readonly last4: string;
}

/** What a reader says beside the card: how its holder was verified, and why a card with a chip was swiped. */
interface Stated {
  readonly cvm?: 'signature';
  readonly fallback_reason?: 'chip_failed_again';
}

const AMOUNT_MAX = 999_999_999_999;

/** Every card of the tray. */
export function cardFaces(): CardFace[] {
  return Object.values(TEST_CARDS).map((card) => {
    const { name, brand, pan, funding, currency } = card;
    return {
      name,
      brand,
      brands: brandsOf(card),
      last4: pan.slice(-4),
      funding,
      currency,
      entries: entriesOf(card),
      device: card.device ?? null,
    };
  });
}

/** The card readers of the sandbox: names of cards and PINs go in here, and only ciphertext goes out, to the web till and to the API. */
export class ReaderDesk {
  constructor(private readonly readers: SandboxReaders) {}

  /**
   * Read a card.
   * @param body `{card, entry, amount, currency?, pin?, brand?}`: name of a card, way of reading, minor units, ISO 4217 code (yen when it is left
   *   out), digits, the holder's choice on a card of two brands
   * @param terminalId the web till's when it is left out
   * @throws ReaderRequestError the body is wrong · UnknownReaderError · ReaderError the reader cannot work
   */
  present(body: unknown, terminalId?: string): { card_present: CardPresent & Stated; shown: Shown } {
    const { card, entry, amount, currency, pin, brand: wanted } = fieldsOf(body);
    const chosen = cardOf(card);
    const amountMinor = amountOf(amount);
    const presentation = {
      card: chosen,
      entry: entryOf(entry, chosen),
      amountMinor,
      currency: currencyOf(currency),
      pin: pin === undefined ? pin : pinOf(pin),
      application: wanted === undefined ? undefined : applicationOf(chosen, wanted),
    };
    const { brand, pan } = chosen;
    return {
      card_present: {
        ...this.#work(terminalId, (reader) => reader.present(presentation)),
        ...stated(chosen, presentation.entry),
      },
      shown: { brand, bin6: pan.slice(0, 6), last4: pan.slice(-4) },
    };
  }

  /**
   * A PIN for a card that the centre holds: the card is not read again.
   * @param body `{card, pin}`
   * @throws ReaderRequestError · UnknownReaderError · ReaderError as {@link present}
   */
  pin(body: unknown, terminalId?: string): { pin_block: PinBlock } {
    const { card, pin } = fieldsOf(body);
    const [chosen, digits] = [cardOf(card), pinOf(pin)];
    return { pin_block: this.#work(terminalId, (reader) => reader.encryptPin(chosen, digits)) };
  }

  #work<T>(terminalId: string | undefined, work: (reader: SharedReader) => T): T {
    const reader = this.readers.readerOf(terminalId);
    if (reader === undefined) throw new UnknownReaderError('the sandbox has no reader of this id');
    const made = work(reader);
    this.readers.note(reader);
    return made;
  }
}

/** A stripe knows no PIN of a credit card, so its holder signs. @source payment-features.md §6.5 */
function stated(card: TestCard, entry: EntryMode): Stated {
  if (entry !== 'stripe' || card.brand === 'unionpay') return {};
  return { cvm: 'signature', ...(hasChip(card) ? { fallback_reason: 'chip_failed_again' } : {}) };
}

function entriesOf(card: TestCard): readonly EntryMode[] {
  if (card.device !== undefined) return ['contactless'];
  return hasChip(card) ? ENTRY_MODES : ['stripe'];
}

/** Service codes that begin with 2 or 6 say that there is a chip. */
function hasChip({ serviceCode }: TestCard): boolean {
  return /^[26]/.test(serviceCode);
}

function applicationOf(card: TestCard, brand: unknown): string | undefined {
  const at = brandsOf(card).findIndex((one) => one === brand);
  if (at < 0) throw new ReaderRequestError('brand is not on this card', 'brand');
  return card.applications[at];
}

function fieldsOf(body: unknown): Record<string, unknown> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new ReaderRequestError('no JSON object');
  return body as Record<string, unknown>;
}

function cardOf(name: unknown): TestCard {
  const card = typeof name === 'string' && Object.hasOwn(TEST_CARDS, name) ? TEST_CARDS[name] : undefined;
  if (card === undefined) throw new ReaderRequestError('card is not one of the tray', 'card');
  return card;
}

function entryOf(entry: unknown, card: TestCard): EntryMode {
  const found = entriesOf(card).find((mode) => mode === entry);
  if (found === undefined)
    throw new ReaderRequestError('entry is contactless, chip or stripe, as far as this card can be read so', 'entry');
  return found;
}

function amountOf(amount: unknown): number {
  if (typeof amount !== 'number' || !Number.isSafeInteger(amount) || amount < 1 || amount > AMOUNT_MAX)
    throw new ReaderRequestError('amount is a whole number above zero', 'amount');
  return amount;
}

function currencyOf(currency: unknown): CurrencyCode {
  if (currency === undefined) return 'JPY';
  if (typeof currency !== 'string' || !isCurrency(currency))
    throw new ReaderRequestError('currency is an ISO 4217 code', 'currency');
  return currency;
}

function pinOf(pin: unknown): string {
  if (typeof pin !== 'string' || !/^\d{4,12}$/.test(pin)) throw new ReaderRequestError('pin is 4 to 12 digits', 'pin');
  return pin;
}
