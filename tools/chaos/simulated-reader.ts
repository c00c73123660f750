import { TEST_CARDS } from '@tsunagu/simulator';
import { CardReader, type CardPresent } from '../till/card-reader.js';
import type { SandboxTerminal } from '../till/sandbox-file.js';

/** Cards that need no PIN, at both issuer hosts that take them; the last three are unlike any counter or fill, so that a scan knows them in every form. */
const CARD_NAMES = ['jcb', 'visa', 'mastercard', 'amex', 'diners', 'mastercard-prepaid'] as const;

/** One reader: every presentation takes a counter of its own, and no counter is used twice. */
export class SimulatedReader {
  readonly #reader: CardReader;
  #counter: number;

  constructor(readonly terminal: SandboxTerminal) {
    this.#reader = new CardReader(terminal);
    this.#counter = terminal.next_counter;
  }

  /** @param choice any whole number; names the card */
  present(choice: number, amountMinor: number): CardPresent {
    const card = TEST_CARDS[CARD_NAMES[choice % CARD_NAMES.length]!];
    if (card === undefined) throw new Error('the simulator does not know the card of the run');
    const entry = this.terminal.scheme === 'AES-DUKPT' ? 'contactless' : 'stripe';
    const { cardPresent, nextCounter } = this.#reader.present(this.#counter, { card, entry, amountMinor });
    this.#counter = nextCounter;
    return cardPresent;
  }
}
