import type { PinBlock } from '@tsunagu/sdk';
import type { Entry, Reading, TrayCard } from './till-state.js';

/** Who this till is, told once by its server. */
export interface Session {
  readonly merchant: string;
  readonly terminal: { readonly id: string; readonly api_key: string };
  readonly cards: readonly TrayCard[];
}

/** How a card is shown to the reader. */
interface Presented {
  readonly entry: Entry;
  /** Yen. */
  readonly amountMinor: number;
  readonly pin?: string;
  /** On a card of two brands. */
  readonly brand?: string;
}

/** The reader did not take the card: nothing was sent. */
export class ReaderFailure extends Error {}

/** The reader hangs on the till's own wire, not on the network cable: it works without the centre. */
export class Reader {
  async session(): Promise<Session> {
    return (await answerOf(await fetch('/session'))) as Session;
  }

  /** @throws ReaderFailure */
  async present(card: string, { entry, amountMinor, pin, brand }: Presented): Promise<Reading> {
    const answer = await post('/reader/present', { card, entry, amount: amountMinor, pin, brand });
    const { card_present: cardPresent, shown } = answer as {
      card_present: Reading['cardPresent'];
      shown: { bin6: string };
    };
    return { cardPresent, bin6: shown.bin6 };
  }

  /** A PIN for the card that the centre holds. @throws ReaderFailure */
  async pin(card: string, pin: string): Promise<PinBlock> {
    return ((await post('/reader/pin', { card, pin })) as { pin_block: PinBlock }).pin_block;
  }
}

async function post(path: string, body: unknown): Promise<unknown> {
  const headers = { 'content-type': 'application/json' };
  return answerOf(await fetch(path, { method: 'POST', headers, body: JSON.stringify(body) }));
}

async function answerOf(response: Response): Promise<unknown> {
  const body = (await response.json()) as { message?: string };
  if (!response.ok) throw new ReaderFailure(body.message ?? 'the reader does not answer');
  return body;
}
