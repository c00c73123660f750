import type { Dispatcher } from 'undici';
import { RemoteError } from './remote-error.js';

/** Longer than any answer of the house: a neighbour that floods is cut off. */
const ANSWER_BYTES_MAX = 256 * 1024;

/** A whole answer, as it came. */
export interface Answer {
  readonly status: number;
  readonly text: string;
}

/** Collects one answer of a dispatched request; settles once. */
export class AnswerCollector implements Dispatcher.DispatchHandler {
  readonly #chunks: Buffer[] = [];
  #lengthBytes = 0;
  #status = 0;

  constructor(
    private readonly resolve: (answer: Answer) => void,
    private readonly reject: (error: Error) => void,
  ) {}

  /** The handler is known by this method. */
  onRequestStart(): void {
    this.#status = 0;
  }

  onResponseStart(_controller: Dispatcher.DispatchController, status: number): void {
    this.#status = status;
  }

  onResponseData(controller: Dispatcher.DispatchController, chunk: Buffer): void {
    this.#lengthBytes += chunk.length;
    if (this.#lengthBytes > ANSWER_BYTES_MAX)
      controller.abort(new RemoteError({ code: 'card_service_unavailable', category: 'outcome_unknown', status: 503 }));
    else this.#chunks.push(chunk);
  }

  onResponseEnd(): void {
    const [only] = this.#chunks;
    const whole = this.#chunks.length === 1 && only !== undefined ? only : Buffer.concat(this.#chunks);
    this.resolve({ status: this.#status, text: whole.toString('utf8') });
  }

  onResponseError(_controller: Dispatcher.DispatchController, error: Error): void {
    this.reject(error);
  }
}
