/** What a till can decide to do once. */
export type IntentAction =
  'pay' | 'continue' | 'choose_currency' | 'capture' | 'increase' | 'release' | 'cancel' | 'refund' | 'give_up';

/**
 * Something that the till has decided to do and has perhaps sent. It is written down before its first byte leaves, so that a till that
 * loses power asks again with the same key instead of doing it twice. Holds a card only as the reader encrypted it, and only until the
 * API has the purchase.
 */
export interface Intent {
  /** UUIDv7; also the `Idempotency-Key` of every try. */
  readonly id: string;
  readonly action: IntentAction;
  /** Of a purchase, and of giving one up. */
  readonly clientReference: string | null;
  /** Of what happens to an earlier payment; of a purchase as soon as the API has named it. */
  readonly paymentId: string | null;
  /** What is sent, the same for every try; null when the API has it. */
  readonly body: Readonly<Record<string, unknown>> | null;
  /** By the clock of the device. */
  readonly startedAt: string;
}

/**
 * The till's memory of unfinished intents. One journal belongs to one terminal, and one process writes it at a time.
 * A promise that settles means: it would still be so after a loss of power.
 */
export interface Journal {
  /** Intents without an end, oldest first. */
  unfinished(): Promise<readonly Intent[]>;
  /** Write an intent down, or replace the one of its id. */
  save(intent: Intent): Promise<void>;
  /** They have ended and are forgotten; ids that are not there are no error. */
  finish(ids: readonly string[]): Promise<void>;
}

/** The list after a change: the order of first appearance stays. */
export function withIntent(intents: readonly Intent[], intent: Intent): readonly Intent[] {
  const isKnown = intents.some(({ id }) => id === intent.id);
  return isKnown ? intents.map((one) => (one.id === intent.id ? intent : one)) : [...intents, intent];
}

export function withoutIntents(intents: readonly Intent[], ids: readonly string[]): readonly Intent[] {
  return intents.filter(({ id }) => !ids.includes(id));
}
