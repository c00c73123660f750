import type { TestCard } from '../cards/test-cards.js';
import { CardReader, type CardPresent, type PinBlock, type Presentation, type ReaderDevice } from './card-reader.js';
import { ReaderCounter } from './reader-counter.js';

/** A reader whose counter is on disk: till command and web till stand for the same device, one after the other. */
export class SharedReader {
  readonly #reader: CardReader;
  readonly #counter: ReaderCounter;
  /** Its terminal. */
  readonly id: string;

  /**
   * @param counterFile the same for every program that stands for this device
   * @throws ReaderError nobody knows the device profile
   */
  constructor(device: ReaderDevice & { readonly next_counter: number }, counterFile: string) {
    this.id = device.id;
    this.#reader = new CardReader(device);
    this.#counter = new ReaderCounter(counterFile, device.next_counter);
  }

  /** The counter that comes next, for readers of `sandbox.json`. */
  get nextCounter(): number {
    return this.#counter.next;
  }

  /** @throws ReaderError the key is used up, or another program keeps the reader busy */
  present(presentation: Presentation): CardPresent {
    return this.#counter.take((counter) => {
      const { cardPresent, nextCounter } = this.#reader.present(counter, presentation);
      return { made: cardPresent, nextCounter };
    });
  }

  /** @throws ReaderError as {@link present} */
  encryptPin(card: TestCard, pin: string): PinBlock {
    return this.#counter.take((counter) => {
      const { pinBlock, nextCounter } = this.#reader.encryptPin(counter, card, pin);
      return { made: pinBlock, nextCounter };
    });
  }
}
