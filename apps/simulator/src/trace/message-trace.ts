import { mask, type IsoMessage } from '@tsunagu/iso8583';

/** One message as it passed the host, masked. */
export interface TracedMessage {
  /** Counts up over all links, from 1. */
  readonly place: number;
  readonly at: string;
  readonly link: string;
  readonly endpoint: string;
  readonly direction: 'in' | 'out';
  /** The fault that struck it, or how an answer was hurt on its way; null for a plain one. */
  readonly fault: string | null;
  readonly message: Readonly<Record<string, string>>;
}

/** How many messages are remembered; the oldest are forgotten first. */
const MESSAGES_MAX = 5_000;

/** The last messages of all hosts. Nothing is kept that a log may not show. */
export class MessageTrace {
  readonly #messages: TracedMessage[] = [];
  #place = 0;

  constructor(private readonly now: () => number = Date.now) {}

  /** Place of the newest message; 0 before the first. */
  get place(): number {
    return this.#place;
  }

  note(where: Pick<TracedMessage, 'link' | 'endpoint' | 'direction' | 'fault'>, message: IsoMessage): void {
    this.#place += 1;
    const at = new Date(this.now()).toISOString();
    this.#messages.push({ place: this.#place, at, ...where, message: mask(message) });
    if (this.#messages.length > MESSAGES_MAX) this.#messages.shift();
  }

  /** Messages of a link that came after a place, oldest first. */
  after(link: string, place: number): TracedMessage[] {
    return this.#messages.filter((one) => one.link === link && one.place > place);
  }
}
