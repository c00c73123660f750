import { CodecError } from './codec-error.js';
import { take, type Cursor, type ReadText } from './cursor.js';
import type { FieldDefinition } from './field-table.js';
import type { FieldValue } from './iso-message.js';
import type { Leniency } from './leniency.js';
import { prefixBytes } from './prefix.js';
import { characterReader } from './read-text.js';
import type { BinaryWire, FieldWire } from './wire-profile.js';

export type ReadValue = (cursor: Cursor) => FieldValue;
type ReadBody = (cursor: Cursor, count: number) => FieldValue;
type ReadLength = (cursor: Cursor) => number;

/** How a field packs digits, as far as a reader must know. */
type Packing = Pick<FieldWire, 'digits' | 'padNibble'>;

/** Build the reader of one field, once; the decoder then only calls it. */
export function valueReader(definition: FieldDefinition, wire: FieldWire, leniency: Leniency): ReadValue {
  const { max } = definition;
  const read = bodyReader(definition, wire, leniency);
  if (definition.length === 'fixed') return (cursor) => read(cursor, max);
  const readLength = lengthReader(definition, wire);
  return (cursor) => read(cursor, readLength(cursor));
}

/** Digits of the MTI, of a field or of a signed amount. */
export function digitReader(field: number, { digits, padNibble }: Packing, leniency: Leniency): ReadText {
  if (digits === 'ascii') return (cursor, count) => asciiDigits(cursor, field, count);
  if (digits === 'ebcdic') return (cursor, count) => ebcdicDigits(cursor, field, count);
  const nibbles: Nibbles = { isPadLast: digits === 'bcd-pad-last', pad: padOf(padNibble, leniency), letters: '' };
  return (cursor, count) => packedNibbles(cursor, field, count, nibbles);
}

/** Bytes written raw or as hex; the result is a copy, it never aliases the socket's buffer. */
export function byteReader(
  field: number,
  wire: BinaryWire,
  leniency: Leniency,
): (cursor: Cursor, count: number) => Buffer {
  const isLowerTaken = leniency.allowLowerCaseHex;
  return wire === 'hex'
    ? (cursor, count) => hexBytes(cursor, field, count, isLowerTaken)
    : (cursor, count) => raw(cursor, field, count);
}

function bodyReader(definition: FieldDefinition, wire: FieldWire, leniency: Leniency): ReadBody {
  const { field, value, length } = definition;
  switch (value) {
    case 'num':
      return digitReader(field, wire, leniency);
    case 'char':
      if (wire.characters === 'track-nibbles') {
        const nibbles: Nibbles = { isPadLast: true, pad: padOf(wire.padNibble, leniency), letters: 'D' };
        return (cursor, count) => packedNibbles(cursor, field, count, nibbles);
      }
      return characterReader(field, wire.characters);
    case 'bin':
      return byteReader(field, length === 'fixed' ? wire.binaryFixed : wire.binaryVariable, leniency);
    case 'amt': {
      const digits = digitReader(field, wire, leniency);
      const letters = wire.digits === 'ebcdic' ? EBCDIC_SIGNS : ASCII_SIGNS;
      return (cursor, count) => sign(cursor, field, letters) + digits(cursor, count - 1);
    }
  }
}

function lengthReader(definition: FieldDefinition, wire: FieldWire): ReadLength {
  const { field, max } = definition;
  const readPrefix = prefixReader(definition, wire);
  const toCount = wire.prefixUnit === 'bytes' ? countOfBytes(definition, wire) : undefined;
  return (cursor) => {
    const from = cursor.at;
    const announced = readPrefix(cursor);
    const count = toCount === undefined ? announced : toCount(cursor, announced, from);
    if (count > max) throw new CodecError('LENGTH_EXCEEDS_MAX', field, from);
    return count;
  };
}

function prefixReader({ field, length }: FieldDefinition, { prefix }: FieldWire): ReadLength {
  const width = prefixBytes(prefix, length);
  const base = prefix === 'bcd' ? 100 : prefix === 'ascii' || prefix === 'ebcdic' ? 10 : 256;
  const partOf = PREFIX_PARTS[prefix];
  return (cursor) => {
    const from = take(cursor, field, width);
    let announced = 0;
    for (let index = from; index < cursor.at; index++) {
      const part = partOf(cursor.bytes[index] as number);
      if (part < 0) throw new CodecError('BAD_LENGTH', field, index);
      announced = announced * base + part;
    }
    return announced;
  };
}

const PREFIX_PARTS: Readonly<Record<FieldWire['prefix'], (byte: number) => number>> = {
  ascii: (byte) => (byte >= 0x30 && byte <= 0x39 ? byte - 0x30 : -1),
  ebcdic: (byte) => (byte >= 0xf0 && byte <= 0xf9 ? byte - 0xf0 : -1),
  bcd: (byte) => (byte >> 4 > 9 || (byte & 15) > 9 ? -1 : (byte >> 4) * 10 + (byte & 15)),
  binary: (byte) => byte,
  'binary-byte': (byte) => byte,
};

/** From bytes on the wire to digits, characters or bytes of the value; undefined when both are the same. */
function countOfBytes(
  { field, value }: FieldDefinition,
  wire: FieldWire,
): ((cursor: Cursor, bytes: number, from: number) => number) | undefined {
  if (value === 'bin') return wire.binaryVariable === 'hex' ? (_, bytes, from) => half(bytes, field, from) : undefined;
  const isTrack = value === 'char' && wire.characters === 'track-nibbles';
  const isPacked = isTrack || (value === 'num' && wire.digits.startsWith('bcd'));
  if (!isPacked) return undefined;
  if (wire.padNibble === '0') return (_, bytes) => bytes * 2; // an odd count cannot be told: the writer refuses it
  const isPadLast = isTrack || wire.digits === 'bcd-pad-last';
  return (cursor, bytes) => {
    const edge = cursor.bytes[isPadLast ? cursor.at + bytes - 1 : cursor.at];
    const isOdd = bytes > 0 && edge !== undefined && (isPadLast ? edge & 15 : edge >> 4) === 15;
    return bytes * 2 - (isOdd ? 1 : 0);
  };
}

function half(bytes: number, field: number, from: number): number {
  if ((bytes & 1) === 1) throw new CodecError('BAD_LENGTH', field, from);
  return bytes >> 1;
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

function ebcdicDigits(cursor: Cursor, field: number, count: number): string {
  const from = take(cursor, field, count);
  const { bytes, at } = cursor;
  let digits = '';
  for (let index = from; index < at; index++) {
    const byte = bytes[index] as number;
    if (byte < 0xf0 || byte > 0xf9) throw new CodecError('BAD_DIGIT', field, index);
    digits += String.fromCharCode(byte - 0xc0);
  }
  return digits;
}

interface Nibbles {
  readonly isPadLast: boolean;
  /** Value of the spare nibble; -1 takes any. */
  readonly pad: number;
  /** What may stand beside digits: the separator of a track. */
  readonly letters: '' | 'D';
}

function padOf(padNibble: FieldWire['padNibble'], { allowNonZeroPad }: Leniency): number {
  if (allowNonZeroPad) return -1;
  return padNibble === 'F' ? 15 : 0;
}

function packedNibbles(cursor: Cursor, field: number, count: number, { isPadLast, pad, letters }: Nibbles): string {
  const from = take(cursor, field, (count + 1) >> 1);
  const isOdd = (count & 1) === 1;
  if (isOdd && pad >= 0) checkPad(cursor, field, isPadLast ? cursor.at - 1 : from, { isPadLast, pad, letters });
  const first = from * 2 + (isOdd && !isPadLast ? 1 : 0);
  const text = cursor.hex.substring(first, first + count);
  for (let index = 0; index < count; index++) {
    const code = text.charCodeAt(index);
    if (code > 0x39 && (letters === '' || code !== 0x64))
      throw new CodecError('BAD_DIGIT', field, (first + index) >> 1);
  }
  return letters === '' ? text : text.toUpperCase();
}

function checkPad(cursor: Cursor, field: number, at: number, { isPadLast, pad }: Nibbles): void {
  const byte = cursor.bytes[at] as number;
  if ((isPadLast ? byte & 15 : byte >> 4) !== pad) throw new CodecError('BAD_PAD_NIBBLE', field, at);
}

function raw(cursor: Cursor, field: number, count: number): Buffer {
  const from = take(cursor, field, count);
  const copy = Buffer.allocUnsafe(count);
  cursor.bytes.copy(copy, 0, from, cursor.at);
  return copy;
}

function hexBytes(cursor: Cursor, field: number, count: number, isLowerTaken: boolean): Buffer {
  const from = take(cursor, field, count * 2);
  for (let index = from; index < cursor.at; index++) {
    const byte = cursor.bytes[index] as number;
    const isHex = (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46);
    if (!isHex && !(isLowerTaken && byte >= 0x61 && byte <= 0x66)) throw new CodecError('BAD_HEX', field, index);
  }
  return Buffer.from(cursor.text.substring(from, cursor.at), 'hex');
}

/** Bytes of the letters C and D. */
const ASCII_SIGNS = { credit: 0x43, debit: 0x44 } as const;
const EBCDIC_SIGNS = { credit: 0xc3, debit: 0xc4 } as const;

function sign(cursor: Cursor, field: number, { credit, debit }: { credit: number; debit: number }): string {
  const from = take(cursor, field, 1);
  const byte = cursor.bytes[from];
  if (byte !== credit && byte !== debit) throw new CodecError('BAD_SIGN', field, from);
  return byte === credit ? 'C' : 'D';
}
