import { CodecError } from './codec-error.js';
import type { FieldDefinition } from './field-table.js';
import type { FieldValue } from './iso-message.js';
import type { BinaryWire, DigitWire, FieldWire } from './wire-profile.js';

/** Where the encoder stands: a scratch buffer that is larger than any message of the spec. */
export interface Writer {
  readonly bytes: Buffer;
  at: number;
}

export type WriteValue = (writer: Writer, value: FieldValue) => void;
type WriteText = (writer: Writer, text: string) => void;

const ZERO = 0x30;
const HEX = Buffer.from('0123456789ABCDEF', 'latin1');

/** Build the writer of one field, once. It refuses what does not fit and never cuts a value. */
export function valueWriter(definition: FieldDefinition, wire: FieldWire): WriteValue {
  if (definition.value === 'bin') return bytesWriter(definition, wire);
  const write = textWriter(definition, wire);
  return (writer, value) => {
    if (typeof value !== 'string') throw new CodecError('INVALID_VALUE', definition.field, writer.at);
    if (value.length > definition.max) throw new CodecError('LENGTH_EXCEEDS_MAX', definition.field, writer.at);
    write(writer, value);
  };
}

/** Write digits as the profile says; the caller has padded them. */
export function digitWriter(field: number, wire: DigitWire): WriteText {
  if (wire === 'ascii') return (writer, digits) => asciiDigits(writer, field, digits);
  const isPadLast = wire === 'bcd-pad-last';
  return (writer, digits) => packedDigits(writer, field, digits, isPadLast);
}

/** Write bytes raw, or two upper-case hex characters each. */
export function byteWriter(wire: BinaryWire): (writer: Writer, bytes: Uint8Array) => void {
  return wire === 'hex' ? hexBytes : rawBytes;
}

function textWriter({ field, value, length, max }: FieldDefinition, wire: FieldWire): WriteText {
  const digits = digitWriter(field, wire.digits);
  const isFixed = length === 'fixed';
  if (value === 'amt')
    return (writer, text) => signed(writer, field, text, (rest) => digits(writer, rest.padStart(max - 1, '0')));
  if (value === 'num' && isFixed) return (writer, text) => digits(writer, padDigits(writer, field, text, max));
  if (isFixed) return (writer, text) => characters(writer, field, text.length < max ? text.padEnd(max, ' ') : text);
  const prefix = prefixWriter(length === 'll' ? 2 : 3, wire.prefix);
  const body: WriteText = value === 'num' ? digits : (writer, text) => characters(writer, field, text);
  return (writer, text) => {
    prefix(writer, text.length);
    body(writer, text);
  };
}

function bytesWriter({ field, length, max }: FieldDefinition, wire: FieldWire): WriteValue {
  const write = byteWriter(length === 'fixed' ? wire.binaryFixed : 'raw');
  const prefix = length === 'fixed' ? undefined : prefixWriter(length === 'll' ? 2 : 3, wire.prefix);
  return (writer, value) => {
    if (typeof value === 'string') throw new CodecError('INVALID_VALUE', field, writer.at);
    if (value.length > max) throw new CodecError('LENGTH_EXCEEDS_MAX', field, writer.at);
    if (prefix === undefined && value.length !== max) throw new CodecError('INVALID_VALUE', field, writer.at);
    prefix?.(writer, value.length);
    write(writer, value);
  };
}

function padDigits(writer: Writer, field: number, text: string, max: number): string {
  if (text.length === max) return text;
  if (text === '') throw new CodecError('INVALID_VALUE', field, writer.at);
  return text.padStart(max, '0');
}

function prefixWriter(digits: 2 | 3, wire: 'ascii' | 'bcd'): (writer: Writer, length: number) => void {
  if (wire === 'bcd') {
    return (writer, length) => {
      if (digits === 3) writer.bytes[writer.at++] = packed(Math.floor(length / 100));
      writer.bytes[writer.at++] = packed(length % 100);
    };
  }
  return (writer, length) => {
    if (digits === 3) writer.bytes[writer.at++] = ZERO + Math.floor(length / 100);
    writer.bytes[writer.at++] = ZERO + (Math.floor(length / 10) % 10);
    writer.bytes[writer.at++] = ZERO + (length % 10);
  };
}

function packed(below100: number): number {
  return (Math.floor(below100 / 10) << 4) | (below100 % 10);
}

function digitAt(writer: Writer, field: number, text: string, index: number): number {
  const digit = text.charCodeAt(index) - ZERO;
  if (digit < 0 || digit > 9) throw new CodecError('BAD_DIGIT', field, writer.at);
  return digit;
}

function asciiDigits(writer: Writer, field: number, text: string): void {
  const { bytes, at } = writer;
  for (let index = 0; index < text.length; index++) bytes[at + index] = ZERO + digitAt(writer, field, text, index);
  writer.at = at + text.length;
}

function packedDigits(writer: Writer, field: number, text: string, isPadLast: boolean): void {
  const isOdd = (text.length & 1) === 1;
  let index = 0;
  if (isOdd && !isPadLast) writer.bytes[writer.at++] = digitAt(writer, field, text, index++);
  for (; index + 1 < text.length; index += 2) {
    writer.bytes[writer.at++] = (digitAt(writer, field, text, index) << 4) | digitAt(writer, field, text, index + 1);
  }
  if (isOdd && isPadLast) writer.bytes[writer.at++] = digitAt(writer, field, text, index) << 4;
}

function characters(writer: Writer, field: number, text: string): void {
  const { bytes, at } = writer;
  for (let index = 0; index < text.length; index++) {
    const code = text.charCodeAt(index);
    if (code < 0x20 || code === 0x7f || code > 0xff) throw new CodecError('BAD_CHAR', field, at + index);
    bytes[at + index] = code;
  }
  writer.at = at + text.length;
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

function signed(writer: Writer, field: number, text: string, writeDigits: (digits: string) => void): void {
  const sign = text.charCodeAt(0);
  if (text[0] !== 'C' && text[0] !== 'D') throw new CodecError('BAD_SIGN', field, writer.at);
  if (text.length < 2) throw new CodecError('INVALID_VALUE', field, writer.at);
  writer.bytes[writer.at++] = sign;
  writeDigits(text.slice(1));
}
