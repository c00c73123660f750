import { CodecError } from './codec-error.js';
import type { FieldDefinition } from './field-table.js';
import type { FieldValue } from './iso-message.js';
import { prefixBytes } from './prefix.js';
import type { BinaryWire, FieldWire } from './wire-profile.js';
import { characterWriter } from './write-text.js';
import { packedUnits, type WriteLength, type Writer, type WriteText } from './writer.js';

export type WriteValue = (writer: Writer, value: FieldValue) => void;
type Packing = Pick<FieldWire, 'digits' | 'padNibble'>;

const ZERO = 0x30;
const EBCDIC_ZERO = 0xf0;
const HEX = Buffer.from('0123456789ABCDEF', 'latin1');

/** Build the writer of one field, once. It refuses what does not fit and never cuts a value. */
export function valueWriter(definition: FieldDefinition, wire: FieldWire): WriteValue {
  if (definition.value === 'bin') return bytesWriter(definition, wire);
  const write = textWriter(definition, wire);
  const { field, max } = definition;
  const isMultibyte = definition.value === 'char' && isMultibyteText(wire);
  return (writer, value) => {
    if (typeof value !== 'string') throw new CodecError('INVALID_VALUE', field, writer.at);
    if (!isMultibyte && value.length > max) throw new CodecError('LENGTH_EXCEEDS_MAX', field, writer.at);
    write(writer, value);
  };
}

/** Write digits as the profile says; the caller has padded them. */
export function digitWriter(field: number, { digits, padNibble }: Packing): WriteText {
  if (digits === 'ascii') return (writer, text) => plainDigits(writer, field, text, ZERO);
  if (digits === 'ebcdic') return (writer, text) => plainDigits(writer, field, text, EBCDIC_ZERO);
  const isPadLast = digits === 'bcd-pad-last';
  const pad = padNibble === 'F' ? 15 : 0;
  return (writer, text) => packedDigits(writer, field, text, { isPadLast, pad });
}

/** Write bytes raw, or two upper-case hex characters each. */
export function byteWriter(wire: BinaryWire): (writer: Writer, bytes: Uint8Array) => void {
  return wire === 'hex' ? hexBytes : rawBytes;
}

function isMultibyteText({ characters }: FieldWire): boolean {
  return characters === 'shift-jis' || characters === 'utf-8';
}

function textWriter(definition: FieldDefinition, wire: FieldWire): WriteText {
  const { field, value, length, max } = definition;
  if (value === 'char') return characterWriter(definition, wire, prefixWriter(definition, wire));
  const digits = digitWriter(field, wire);
  if (value === 'amt') return amountWriter(definition, wire, digits);
  if (length === 'fixed') return (writer, text) => digits(writer, padDigits(writer, field, text, max));
  const prefix = prefixWriter(definition, wire);
  const announced = packedUnits(field, wire, wire.digits.startsWith('bcd'));
  return (writer, text) => {
    prefix(writer, announced(writer, text.length));
    digits(writer, text);
  };
}

function bytesWriter(definition: FieldDefinition, wire: FieldWire): WriteValue {
  const { field, length, max } = definition;
  const isFixed = length === 'fixed';
  const form = isFixed ? wire.binaryFixed : wire.binaryVariable;
  const write = byteWriter(form);
  const prefix = isFixed ? undefined : prefixWriter(definition, wire);
  const each = form === 'hex' && wire.prefixUnit === 'bytes' ? 2 : 1;
  return (writer, value) => {
    if (typeof value === 'string') throw new CodecError('INVALID_VALUE', field, writer.at);
    if (value.length > max) throw new CodecError('LENGTH_EXCEEDS_MAX', field, writer.at);
    if (prefix === undefined && value.length !== max) throw new CodecError('INVALID_VALUE', field, writer.at);
    prefix?.(writer, value.length * each);
    write(writer, value);
  };
}

function padDigits(writer: Writer, field: number, text: string, max: number): string {
  if (text.length === max) return text;
  if (text === '') throw new CodecError('INVALID_VALUE', field, writer.at);
  return text.padStart(max, '0');
}

function prefixWriter({ length }: FieldDefinition, { prefix }: FieldWire): WriteLength {
  const width = prefixBytes(prefix, length);
  switch (prefix) {
    case 'ascii':
      return (writer, count) => plainPrefix(writer, count, width, ZERO);
    case 'ebcdic':
      return (writer, count) => plainPrefix(writer, count, width, EBCDIC_ZERO);
    case 'bcd':
      return (writer, count) => {
        if (width === 2) writer.bytes[writer.at++] = packed(Math.floor(count / 100));
        writer.bytes[writer.at++] = packed(count % 100);
      };
    case 'binary':
    case 'binary-byte':
      return (writer, count) => {
        if (width === 2) writer.bytes[writer.at++] = count >> 8;
        writer.bytes[writer.at++] = count & 0xff;
      };
  }
}

function plainPrefix(writer: Writer, count: number, width: number, zero: number): void {
  if (width === 3) writer.bytes[writer.at++] = zero + Math.floor(count / 100);
  writer.bytes[writer.at++] = zero + (Math.floor(count / 10) % 10);
  writer.bytes[writer.at++] = zero + (count % 10);
}

function packed(below100: number): number {
  return (Math.floor(below100 / 10) << 4) | (below100 % 10);
}

function digitAt(writer: Writer, field: number, text: string, index: number): number {
  const digit = text.charCodeAt(index) - ZERO;
  if (digit < 0 || digit > 9) throw new CodecError('BAD_DIGIT', field, writer.at);
  return digit;
}

function plainDigits(writer: Writer, field: number, text: string, zero: number): void {
  const { bytes, at } = writer;
  for (let index = 0; index < text.length; index++) bytes[at + index] = zero + digitAt(writer, field, text, index);
  writer.at = at + text.length;
}

function packedDigits(
  writer: Writer,
  field: number,
  text: string,
  { isPadLast, pad }: { isPadLast: boolean; pad: number },
): void {
  const isOdd = (text.length & 1) === 1;
  let index = 0;
  if (isOdd && !isPadLast) writer.bytes[writer.at++] = (pad << 4) | digitAt(writer, field, text, index++);
  for (; index + 1 < text.length; index += 2) {
    writer.bytes[writer.at++] = (digitAt(writer, field, text, index) << 4) | digitAt(writer, field, text, index + 1);
  }
  if (isOdd && isPadLast) writer.bytes[writer.at++] = (digitAt(writer, field, text, index) << 4) | pad;
}

function rawBytes(writer: Writer, value: Uint8Array): void {
  writer.bytes.set(value, writer.at);
  writer.at += value.length;
}

function hexBytes(writer: Writer, value: Uint8Array): void {
  for (const byte of value) {
    writer.bytes[writer.at++] = HEX[byte >> 4] as number;
    writer.bytes[writer.at++] = HEX[byte & 15] as number;
  }
}

/** C or D, then digits that are padded to the width of the field. */
function amountWriter({ field, max }: FieldDefinition, wire: FieldWire, digits: WriteText): WriteText {
  const letters = wire.digits === 'ebcdic' ? { C: 0xc3, D: 0xc4 } : { C: 0x43, D: 0x44 };
  return (writer, text) => {
    const sign = text[0];
    if (sign !== 'C' && sign !== 'D') throw new CodecError('BAD_SIGN', field, writer.at);
    if (text.length < 2) throw new CodecError('INVALID_VALUE', field, writer.at);
    writer.bytes[writer.at++] = letters[sign];
    digits(writer, text.slice(1).padStart(max - 1, '0'));
  };
}
