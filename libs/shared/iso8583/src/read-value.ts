import { CodecError } from './codec-error.js';
import type { FieldDefinition } from './field-table.js';
import type { FieldValue } from './iso-message.js';
import type { BinaryWire, DigitWire, FieldWire } from './wire-profile.js';

/**
 * Where the decoder stands. `text` is the whole message as ISO 8859-1, `hex` as upper-case hex (only for profiles
 * with packed digits): one conversion a message and cheap substrings, instead of one call into C++ a field.
 */
export interface Cursor {
  readonly bytes: Buffer;
  readonly text: string;
  readonly hex: string;
  at: number;
}

export type ReadValue = (cursor: Cursor) => FieldValue;
type ReadLength = (cursor: Cursor) => number;
type ReadBody = (cursor: Cursor, length: number) => FieldValue;

/** Build the reader of one field, once; the decoder then only calls it. */
export function valueReader(definition: FieldDefinition, wire: FieldWire): ReadValue {
  const { field, max } = definition;
  const read = bodyReader(definition, wire);
  if (definition.length === 'fixed') return (cursor) => read(cursor, max);
  const readLength = prefixReader(field, definition.length === 'll' ? 2 : 3, max, wire.prefix);
  return (cursor) => read(cursor, readLength(cursor));
}

/** Digits of the MTI, of a field or of a signed amount. */
export function digitReader(field: number, wire: DigitWire): (cursor: Cursor, count: number) => string {
  if (wire === 'ascii') return (cursor, count) => asciiDigits(cursor, field, count);
  const isPadLast = wire === 'bcd-pad-last';
  return (cursor, count) => packedDigits(cursor, field, count, isPadLast);
}

/** Bytes written raw or as upper-case hex; the result is a copy, it never aliases the socket's buffer. */
export function byteReader(field: number, wire: BinaryWire): (cursor: Cursor, count: number) => Buffer {
  return wire === 'hex'
    ? (cursor, count) => hexBytes(cursor, field, count)
    : (cursor, count) => raw(cursor, field, count);
}

function bodyReader({ field, value, length }: FieldDefinition, wire: FieldWire): ReadBody {
  switch (value) {
    case 'num':
      return digitReader(field, wire.digits);
    case 'char':
      return (cursor, count) => characters(cursor, field, count);
    case 'bin':
      return byteReader(field, length === 'fixed' ? wire.binaryFixed : 'raw');
    case 'amt': {
      const digits = digitReader(field, wire.digits);
      return (cursor, count) => sign(cursor, field) + digits(cursor, count - 1);
    }
  }
}

function prefixReader(field: number, digits: 2 | 3, max: number, wire: 'ascii' | 'bcd'): ReadLength {
  const width = wire === 'ascii' ? digits : digits - 1;
  const digitAt = wire === 'ascii' ? asciiPrefix : bcdPrefix;
  return (cursor) => {
    const from = take(cursor, field, width);
    let length = 0;
    for (let index = from; index < cursor.at; index++) {
      const part = digitAt(cursor.bytes[index] as number);
      if (part < 0) throw new CodecError('BAD_LENGTH', field, index);
      length = length * (wire === 'ascii' ? 10 : 100) + part;
    }
    if (length > max) throw new CodecError('LENGTH_EXCEEDS_MAX', field, from);
    return length;
  };
}

function asciiPrefix(byte: number): number {
  return byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : -1;
}

function bcdPrefix(byte: number): number {
  return byte >> 4 > 9 || (byte & 15) > 9 ? -1 : (byte >> 4) * 10 + (byte & 15);
}

/** Step over `count` bytes and say where they began. */
function take(cursor: Cursor, field: number, count: number): number {
  const from = cursor.at;
  if (from + count > cursor.bytes.length) throw new CodecError('TRUNCATED', field, from);
  cursor.at = from + count;
  return from;
}

function asciiDigits(cursor: Cursor, field: number, count: number): string {
  const from = take(cursor, field, count);
  const { bytes, at } = cursor;
  for (let index = from; index < at; index++) {
    const byte = bytes[index] as number;
    if (byte < 0x30 || byte > 0x39) throw new CodecError('BAD_DIGIT', field, index);
  }
  return cursor.text.substring(from, at);
}

function packedDigits(cursor: Cursor, field: number, count: number, isPadLast: boolean): string {
  const from = take(cursor, field, (count + 1) >> 1);
  const { bytes, at } = cursor;
  const isOdd = (count & 1) === 1;
  if (isOdd) {
    const pad = isPadLast ? (bytes[at - 1] as number) & 15 : (bytes[from] as number) >> 4;
    if (pad !== 0) throw new CodecError('BAD_PAD_NIBBLE', field, isPadLast ? at - 1 : from);
  }
  for (let index = from; index < at; index++) {
    const byte = bytes[index] as number;
    if (byte >> 4 > 9 || (byte & 15) > 9) throw new CodecError('BAD_DIGIT', field, index);
  }
  const first = from * 2 + (isOdd && !isPadLast ? 1 : 0);
  return cursor.hex.substring(first, first + count);
}

function characters(cursor: Cursor, field: number, count: number): string {
  const from = take(cursor, field, count);
  const { bytes, at } = cursor;
  for (let index = from; index < at; index++) {
    const byte = bytes[index] as number;
    if (byte < 0x20 || byte === 0x7f) throw new CodecError('BAD_CHAR', field, index);
  }
  return cursor.text.substring(from, at);
}

function raw(cursor: Cursor, field: number, count: number): Buffer {
  const from = take(cursor, field, count);
  return Buffer.from(cursor.bytes.subarray(from, cursor.at));
}

function hexBytes(cursor: Cursor, field: number, count: number): Buffer {
  const from = take(cursor, field, count * 2);
  for (let index = from; index < cursor.at; index++) {
    const byte = cursor.bytes[index] as number;
    const isHex = (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46);
    if (!isHex) throw new CodecError('BAD_HEX', field, index);
  }
  return Buffer.from(cursor.text.substring(from, cursor.at), 'hex');
}

function sign(cursor: Cursor, field: number): string {
  const from = take(cursor, field, 1);
  const letter = cursor.text[from] as string;
  if (letter !== 'C' && letter !== 'D') throw new CodecError('BAD_SIGN', field, from);
  return letter;
}
