import { CodecError } from './codec-error.js';

/**
 * Where the decoder stands. `text` is the whole message as ISO 8859-1, `hex` as hex (only for specs with packed digits): one
 * conversion a message and cheap substrings, instead of one call into C++ a field.
 */
export interface Cursor {
  readonly bytes: Buffer;
  readonly text: string;
  readonly hex: string;
  at: number;
}

export type ReadText = (cursor: Cursor, count: number) => string;

/** Step over `count` bytes and say where they began. */
export function take(cursor: Cursor, field: number, count: number): number {
  const from = cursor.at;
  if (from + count > cursor.bytes.length) throw new CodecError('TRUNCATED', field, from);
  cursor.at = from + count;
  return from;
}
