import type { FieldValue, IsoMessage } from '../iso-message.js';

/** Every field of a message, revealed: two secrets always look equal, so tests compare these. */
export function plainOf(message: IsoMessage): Record<number, FieldValue | undefined> {
  return Object.fromEntries(message.fields().map((field) => [field, message.text(field) ?? message.bytes(field)]));
}
