import { CodecError } from './codec-error.js';
import type { FieldWire } from './wire-profile.js';

/** Where the encoder stands: a scratch buffer that is larger than any message of the spec. */
export interface Writer {
  readonly bytes: Buffer;
  at: number;
}

export type WriteText = (writer: Writer, text: string) => void;
export type WriteLength = (writer: Writer, length: number) => void;

/**
 * What the prefix of packed digits says.
 * @throws CodecError BAD_LENGTH a prefix that counts bytes cannot tell an odd count from an even one when the spare nibble is 0
 */
export function packedUnits(
  field: number,
  { prefixUnit, padNibble }: FieldWire,
  isPacked: boolean,
): (writer: Writer, count: number) => number {
  if (!isPacked || prefixUnit === 'values') return (_, count) => count;
  return (writer, count) => {
    if (padNibble === '0' && (count & 1) === 1) throw new CodecError('BAD_LENGTH', field, writer.at);
    return (count + 1) >> 1;
  };
}
