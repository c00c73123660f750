import { presentationNamed, TEST_PRESENTATIONS, type TestPresentation } from '../cards/test-presentations.js';
import { ReaderError } from './reader-counter.js';
import { ReaderDesk, ReaderRequestError, UnknownReaderError } from './reader-desk.js';
import type { SandboxReaders } from './sandbox-readers.js';

/** What the door answers: `field` names what is wrong with the question. */
interface DeskReply {
  readonly status: 200 | 400 | 404 | 503;
  readonly body: object;
}

/**
 * Virtual terminals behind the API's test routes: the same readers as those of `npm run till` and of the web till, asked for a card by the
 * name of a test. Nobody but the API of the sandbox is expected here, and it sees ciphertext alone.
 */
export class TestDesk {
  readonly #reader: ReaderDesk;

  constructor(readers: SandboxReaders) {
    this.#reader = new ReaderDesk(readers);
  }

  /** Every test by its name: brand, six and four digits, and what it does. */
  cards(): object[] {
    return TEST_PRESENTATIONS.map(({ name, card, entry, pin, does }) => {
      const { brand, pan, funding, currency } = card;
      const shown = { bin6: pan.slice(0, 6), last4: pan.slice(-4) };
      return { name, brand, ...shown, funding, currency, entry, types_pin: pin !== undefined, does };
    });
  }

  /** @param body `{card, entry?, amount, currency, pin?}`: what is left out is as the name says */
  present(terminalId: string, body: unknown): DeskReply {
    return answered(() => {
      const { entry, pin, amount, currency, shows } = questionOf(body);
      const asked = { entry: entry ?? shows.entry, pin: pin ?? shows.pin, brand: shows.brand };
      const { card_present: made } = this.#reader.present(
        { ...asked, card: shows.card.name, amount, currency },
        terminalId,
      );
      return { card_present: made };
    });
  }

  /** @param body `{card, pin?}`: the card's own PIN when it is left out */
  pin(terminalId: string, body: unknown): DeskReply {
    return answered(() => {
      const { pin, shows } = questionOf(body);
      return this.#reader.pin({ card: shows.card.name, pin: pin ?? shows.pin ?? shows.card.pin }, terminalId);
    });
  }
}

function questionOf(body: unknown): Record<string, unknown> & { readonly shows: TestPresentation } {
  const fields = (typeof body === 'object' && body !== null ? body : {}) as Record<string, unknown>;
  const shows = presentationNamed(fields['card']);
  if (shows === undefined) throw new ReaderRequestError('card is not the name of a test', 'card');
  return { ...fields, shows };
}

function answered(work: () => object): DeskReply {
  try {
    return { status: 200, body: work() };
  } catch (error) {
    if (error instanceof ReaderRequestError)
      return { status: 400, body: { message: error.message, field: error.field } };
    if (error instanceof UnknownReaderError) return { status: 404, body: { message: error.message } };
    if (error instanceof ReaderError) return { status: 503, body: { message: error.message } };
    throw error;
  }
}
