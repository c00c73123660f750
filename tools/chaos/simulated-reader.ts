import { TEST_CARDS, type TestCard } from '@tsunagu/simulator';
import { CardReader, type CardPresent, type EntryMode } from '../till/card-reader.js';
import type { SandboxTerminal } from '../till/sandbox-file.js';
import type { Customer } from './purchase.js';

/** Cards by who brings them, at all issuer hosts; those without a counter or a fill in their numbers are known to a scan in every form. */
const CARDS: Readonly<Record<Customer, readonly string[]>> = {
  domestic: ['jcb', 'visa', 'mastercard', 'amex', 'diners', 'mastercard-prepaid'],
  abroad: ['visa-usd', 'visa-eur', 'visa-krw', 'visa-kwd', 'mastercard-eur'],
  unionpay: ['unionpay', 'unionpay-19'],
};

/** What the till sends of a card, and the card, which is still in the holder's hand. */
export interface HeldCard {
  readonly card: TestCard;
  readonly cardPresent: CardPresent;
}

type PinBlock = NonNullable<CardPresent['pin_block']>;

/** One reader: every presentation takes a counter of its own, and no counter is used twice. */
export class SimulatedReader {
  readonly #reader: CardReader;
  #counter: number;

  constructor(readonly terminal: SandboxTerminal) {
    this.#reader = new CardReader(terminal);
    this.#counter = terminal.next_counter;
  }

  /** A card with a PIN typed at the reader. */
  get takesPins(): boolean {
    return this.terminal.scheme === 'AES-DUKPT';
  }

  presentWithPin(amountMinor: number): CardPresent {
    return this.read('unionpay', { choice: 0, amountMinor }).cardPresent;
  }

  /** @param choice any whole number; names the card */
  present(choice: number, amountMinor: number): CardPresent {
    return this.read('domestic', { choice, amountMinor }).cardPresent;
  }

  /** Domestic cards are tapped, or swiped where the reader is old; the others are inserted, UnionPay's with their PIN. */
  read(customer: Customer, { choice, amountMinor }: { choice: number; amountMinor: number }): HeldCard {
    const names = CARDS[customer];
    const card = TEST_CARDS[names[choice % names.length]!];
    if (card === undefined) throw new Error('the simulator does not know the card of the run');
    const tapped = this.takesPins ? 'contactless' : 'stripe';
    const entry = customer === 'domestic' ? tapped : 'chip';
    return this.#present(card, {
      entry,
      amountMinor,
      isPinned: customer === 'unionpay' || (entry === 'chip' && amountMinor > 15_000),
    });
  }

  /** The same card again, its chip this time, with the PIN. */
  insert({ card }: HeldCard, amountMinor: number): HeldCard {
    return this.#present(card, { entry: 'chip', amountMinor, isPinned: true });
  }

  /** The PIN alone: the centre holds the card. */
  encryptPin({ card }: HeldCard): PinBlock {
    const { pinBlock, nextCounter } = this.#reader.encryptPin(this.#counter, card, card.pin);
    this.#counter = nextCounter;
    return pinBlock;
  }

  #present(card: TestCard, how: { entry: EntryMode; amountMinor: number; isPinned: boolean }): HeldCard {
    const { entry, amountMinor, isPinned } = how;
    const shown = { card, entry, amountMinor, ...(isPinned && { pin: card.pin }) };
    const { cardPresent, nextCounter } = this.#reader.present(this.#counter, shown);
    this.#counter = nextCounter;
    return { card, cardPresent };
  }
}
