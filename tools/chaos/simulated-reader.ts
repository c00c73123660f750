import { TEST_CARDS } from '@tsunagu/simulator';
import { CardReader, type CardPresent, type Presentation } from '../till/card-reader.js';
import type { SandboxTerminal } from '../till/sandbox-file.js';

/** Cards that need no PIN, at both issuer hosts that take them; the last three are unlike any counter or fill, so that a scan knows them in every form. */
const CARD_NAMES = ['jcb', 'visa', 'mastercard', 'amex', 'diners', 'mastercard-prepaid'] as const;

/** What a customer who must type a PIN brings: UnionPay, where the reader's scheme encrypts PINs in format 4. */
const PIN_CARD = 'unionpay';
const PIN = '123456';

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
    return this.#present(PIN_CARD, { entry: 'chip', amountMinor, pin: PIN });
  }

  /** @param choice any whole number; names the card */
  present(choice: number, amountMinor: number): CardPresent {
    const entry = this.terminal.scheme === 'AES-DUKPT' ? 'contactless' : 'stripe';
    return this.#present(CARD_NAMES[choice % CARD_NAMES.length]!, { entry, amountMinor });
  }

  #present(name: string, how: Omit<Presentation, 'card'>): CardPresent {
    const card = TEST_CARDS[name];
    if (card === undefined) throw new Error('the simulator does not know the card of the run');
    const { cardPresent, nextCounter } = this.#reader.present(this.#counter, { card, ...how });
    this.#counter = nextCounter;
    return cardPresent;
  }
}
