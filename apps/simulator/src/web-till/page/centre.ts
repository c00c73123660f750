import { StorageJournal, TillClient, type OnRetry } from '@tsunagu/sdk';
import type { Cable } from './cable.js';
import type { TillPayment } from './payment.js';
import type { Session } from './reader.js';
import type { ReceiptCopy, TillReceipt } from './till-state.js';
import type { CardholderLanguage } from './words/cardholder-languages.js';

const RECENT_MAX = 12;

/** @see TillReceipt */
interface WireReceipt {
  readonly lines: TillReceipt['lines'];
  readonly print: number;
  readonly pdf_url: string | null;
}

/** Which copy, in which language; the number of an earlier print asks for that one again. */
interface ReceiptWish {
  readonly copy: ReceiptCopy;
  readonly lang: CardholderLanguage;
  readonly print: number | undefined;
}

/** The payment centre as this till reaches it: the SDK, and the two questions that the SDK does not have. */
export class Centre {
  readonly till: TillClient;

  constructor(
    private readonly session: Session,
    private readonly cable: Cable,
    { language, onRetry }: { language: 'ja' | 'en'; onRetry: OnRetry },
  ) {
    const { id, api_key: apiKey } = session.terminal;
    this.till = new TillClient({
      baseUrl: location.origin,
      apiKey,
      terminalId: id,
      language,
      journal: new StorageJournal(localStorage, id),
      onRetry,
      patience: { backOffMs: 300, backOffMaxMs: 2_000 },
      fetch: cable.fetch,
    });
  }

  /** The newest payments of this terminal. @throws TypeError the line is broken */
  async recent(): Promise<readonly TillPayment[]> {
    const { terminal } = this.session;
    const answer = await this.#get(`/v1/payments?terminal_id=${terminal.id}&limit=${RECENT_MAX}`);
    return answer.ok ? ((await answer.json()) as { data: readonly TillPayment[] }).data : [];
  }

  /** @throws TsunaguProblem the centre has no such receipt */
  async receipt(paymentId: string, wish: ReceiptWish): Promise<TillReceipt> {
    const answer = (await this.till.receipt(paymentId, { ...wish, width: 80 } as never)) as unknown as WireReceipt;
    return { lines: answer.lines, print: answer.print, pdf: answer.pdf_url };
  }

  /** A file behind the key of the till, as a page of its own. @returns false when the centre does not give it */
  async open(path: string): Promise<boolean> {
    const answer = await this.#get(path);
    if (!answer.ok) return false;
    const url = URL.createObjectURL(await answer.blob());
    window.open(url, '_blank', 'noopener');
    return true;
  }

  #get(path: string): Promise<Response> {
    const headers = { authorization: `Bearer ${this.session.terminal.api_key}` };
    return this.cable.fetch(new Request(new URL(path, location.origin), { headers }));
  }
}
