import { brandsOf, TEST_CARDS, type TestCard } from '../cards/test-cards.js';
import { ENTRY_MODES, type CardPresent, type EntryMode, type PinBlock } from '../reader/card-reader.js';
import { SharedReader } from '../reader/shared-reader.js';
import type { TillPlace } from './sandbox-till.js';

/** What is wrong with a question to the reader; the field, never its value. */
export class ReaderRequestError extends Error {}

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
      entries: hasChip(card) ? ENTRY_MODES : ['stripe'],
    };
  });
}

/** The card reader beside the web till: cards and PINs go in here, and only ciphertext goes on to the page. */
export class ReaderDesk {
  readonly #readers = new Map<string, SharedReader>();

  constructor(private readonly place: () => TillPlace) {}

  /**
   * Read a card.
   * @param body `{card, entry, amount, pin?, brand?}`: name of a card, way of reading, yen, digits, the holder's choice on a card of two brands
   * @throws ReaderRequestError the body is wrong · ReaderError the reader cannot work
   */
  present(body: unknown): { card_present: CardPresent & Stated; shown: Shown } {
    const { card, entry, amount, pin, brand: wanted } = fieldsOf(body);
    const chosen = cardOf(card);
    const amountMinor = amountOf(amount);
    const presentation = {
      card: chosen,
      entry: entryOf(entry),
      amountMinor,
      pin: pin === undefined ? pin : pinOf(pin),
      application: wanted === undefined ? undefined : applicationOf(chosen, wanted),
    };
    const { brand, pan } = chosen;
    return {
      card_present: { ...this.#reader().present(presentation), ...stated(chosen, presentation.entry) },
      shown: { brand, bin6: pan.slice(0, 6), last4: pan.slice(-4) },
    };
  }

  /**
   * A PIN for a card that the centre holds: the card is not read again.
   * @param body `{card, pin}`
   * @throws ReaderRequestError · ReaderError as {@link present}
   */
  pin(body: unknown): { pin_block: PinBlock } {
    const { card, pin } = fieldsOf(body);
    return { pin_block: this.#reader().encryptPin(cardOf(card), pinOf(pin)) };
  }

  /** A reader is made once a terminal: it keeps the key, the file keeps the counter. */
  #reader(): SharedReader {
    const { terminal, counterFile } = this.place();
    const known = this.#readers.get(terminal.id);
    if (known !== undefined) return known;
    const made = new SharedReader(terminal, counterFile);
    this.#readers.set(terminal.id, made);
    return made;
  }
}

/** A stripe knows no PIN of a credit card, so its holder signs. @source payment-features.md §6.5 */
function stated(card: TestCard, entry: EntryMode): Stated {
  if (entry !== 'stripe' || card.brand === 'unionpay') return {};
  return { cvm: 'signature', ...(hasChip(card) ? { fallback_reason: 'chip_failed_again' } : {}) };
}

/** Service codes that begin with 2 or 6 say that there is a chip. */
function hasChip({ serviceCode }: TestCard): boolean {
  return /^[26]/.test(serviceCode);
}

function applicationOf(card: TestCard, brand: unknown): string | undefined {
  const at = brandsOf(card).findIndex((one) => one === brand);
  if (at < 0) throw new ReaderRequestError('brand is not on this card');
  return card.applications[at];
}

function fieldsOf(body: unknown): Record<string, unknown> {
  if (typeof body !== 'object' || body === null || Array.isArray(body)) throw new ReaderRequestError('no JSON object');
  return body as Record<string, unknown>;
}

function cardOf(name: unknown): TestCard {
  const card = typeof name === 'string' && Object.hasOwn(TEST_CARDS, name) ? TEST_CARDS[name] : undefined;
  if (card === undefined) throw new ReaderRequestError('card is not one of the tray');
  return card;
}

function entryOf(entry: unknown): EntryMode {
  const found = ENTRY_MODES.find((mode) => mode === entry);
  if (found === undefined) throw new ReaderRequestError('entry is contactless, chip or stripe');
  return found;
}

function amountOf(amount: unknown): number {
  if (typeof amount !== 'number' || !Number.isSafeInteger(amount) || amount < 1 || amount > AMOUNT_MAX)
    throw new ReaderRequestError('amount is a whole number of yen above zero');
  return amount;
}

function pinOf(pin: unknown): string {
  if (typeof pin !== 'string' || !/^\d{4,12}$/.test(pin)) throw new ReaderRequestError('pin is 4 to 12 digits');
  return pin;
}
