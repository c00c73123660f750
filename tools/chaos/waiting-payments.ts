import { randomUUID } from 'node:crypto';
import type { PanPattern } from '../pan-scan/pan-forms.js';
import type { PersistentClient } from './persistent-client.js';
import type { Customer } from './purchase.js';
import type { HeldCard, SimulatedReader } from './simulated-reader.js';

const WAIT_SECONDS = 10;
/** By the ending of the amount the issuer asks for a PIN. */
const ASKS_PIN_AMOUNT = 1_908;
const PLAIN_AMOUNT = 12_000;
const TAPPED_VISA = 1;

/**
 * Leave two purchases that wait for their holder: one for a currency, with its card held, one for a PIN. It is then that a house holds a card
 * the longest, so that is when to look for it.
 * @returns what must be found nowhere: the tracks of both cards
 * @throws Error a purchase does not wait
 */
export async function leaveWaiting(client: PersistentClient, reader: SimulatedReader): Promise<PanPattern[]> {
  const held = [
    await wait(client, reader, { customer: 'abroad', choice: 0, amountMinor: PLAIN_AMOUNT, method: 'dcc' }),
    await wait(client, reader, { customer: 'domestic', choice: TAPPED_VISA, amountMinor: ASKS_PIN_AMOUNT }),
  ];
  return held.flatMap(({ card }, at) =>
    tracksOf(card.track2).map((bytes) => ({ label: `track of waiting ${at + 1}`, bytes })),
  );
}

async function wait(
  client: PersistentClient,
  reader: SimulatedReader,
  what: { customer: Customer; choice: number; amountMinor: number; method?: string },
): Promise<HeldCard> {
  const { customer, choice, amountMinor, method } = what;
  const held = reader.read(customer, { choice, amountMinor });
  const order = {
    client_reference: randomUUID(),
    terminal_id: reader.terminal.id,
    kind: 'sale',
    money: { amount: amountMinor, currency: 'JPY' },
    ...(method !== undefined && { method }),
    card_present: held.cardPresent,
  };
  const { body } = await client.post('/v1/payments', randomUUID(), order, WAIT_SECONDS);
  if (body['status'] !== 'requires_action')
    throw new Error(`a purchase that must wait for its holder is ${String(body['status'] ?? body['code'])}`);
  return held;
}

/** As text with either separator, and packed; each also as hex and base64 write it. */
function tracksOf(track2: string): Buffer[] {
  const padded = track2.padEnd(track2.length + (track2.length % 2), 'F');
  const forms = [Buffer.from(track2), Buffer.from(track2.replace('D', '=')), Buffer.from(padded, 'hex')];
  return forms.flatMap((bytes) => {
    const hex = bytes.toString('hex');
    const written = [hex, hex.toUpperCase(), bytes.toString('base64').replace(/=+$/, '')];
    return [bytes, ...written.map((text) => Buffer.from(text))];
  });
}
