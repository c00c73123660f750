import { CodecError } from './codec-error.js';
import { contentCheck } from './content.js';
import type { Cursor } from './cursor.js';
import { FIELD_MAX } from './field-table.js';
import { headerBytes, readHeader, writeHeader } from './interchange-header.js';
import { IsoMessage, sensitiveFields, type FieldValue, type SensitiveFields } from './iso-message.js';
import { leniencyOf } from './leniency.js';
import { mtiFault } from './message-type.js';
import { byteReader, digitReader, valueReader, type ReadValue } from './read-value.js';
import { wireOf, type Spec } from './spec.js';
import { widthOf } from './wire-width.js';
import { byteWriter, digitWriter, valueWriter, type WriteValue } from './write-value.js';
import type { Writer } from './writer.js';

/** Where one field of a message stands: `from` its length prefix, `to` the byte after it. */
export interface FieldSpan {
  /** 0 the MTI, 1 the bitmap. */
  readonly field: number;
  readonly from: number;
  readonly to: number;
}

/** A message as far as it could be read. */
export interface Dissection {
  /** Undefined when not even the MTI could be read. */
  readonly message: IsoMessage | undefined;
  readonly spans: readonly FieldSpan[];
  readonly fault: CodecError | undefined;
}

/** Turns bytes into a message and back. Knows fields, no business rule. */
export interface Codec {
  /** @throws CodecError the bytes are not exactly one well-formed message */
  decode(bytes: Uint8Array): IsoMessage;
  /** @throws CodecError a value is too long or of the wrong kind; nothing is ever cut */
  encode(message: IsoMessage): Buffer;
  /** Read as far as possible: what an answer to a broken message may quote, and what a person looks at. Never throws for what is in the bytes. */
  dissect(bytes: Uint8Array): Dissection;
}

type CheckValue = (value: FieldValue, at: number) => void;

interface CompiledField {
  readonly read: ReadValue;
  readonly write: WriteValue;
  readonly check: CheckValue | undefined;
}

/** Everything that is the same for every message of a spec. */
interface Compiled {
  readonly spec: Spec;
  readonly table: readonly (CompiledField | undefined)[];
  readonly sensitive: SensitiveFields;
}

/** What {@link walk} tells about each part that it has read. */
type Told = (field: number, from: number, to: number) => void;

const SECOND_BITMAP = 0x80;
const NO_DATA_FIELD = 65;

/**
 * Build the codec of a spec: one reader and one writer a field, made once.
 * @throws InvariantError a field cannot be written as the spec says
 * @example compileSpec(defineSpec('hybrid')).decode(bytes).get(39)
 */
export function compileSpec(spec: Spec): Codec {
  const table = new Array<CompiledField | undefined>(FIELD_MAX + 1).fill(undefined);
  const leniency = leniencyOf(spec.lenient);
  for (const definition of spec.fields) {
    const wire = wireOf(spec, definition.field);
    const { field, content } = definition;
    table[field] = {
      read: valueReader(definition, wire, leniency),
      write: valueWriter(definition, wire),
      check: content === undefined || leniency.allowBadContent ? undefined : contentCheck(field, content),
    };
  }
  table[NO_DATA_FIELD] = undefined;
  const compiled: Compiled = { spec, table, sensitive: sensitiveFields(spec.fields) };
  const read = reader(compiled);
  return {
    decode: (bytes) => decode(read, bytes),
    dissect: (bytes) => dissect(read, bytes),
    encode: encoder(compiled),
  };
}

/** A message that is being read; `message` is set as soon as the MTI is known. */
interface Reading {
  message: IsoMessage | undefined;
  readonly told: Told | undefined;
}
type ReadMessage = (bytes: Buffer, reading: Reading) => IsoMessage;

function decode(read: ReadMessage, input: Uint8Array): IsoMessage {
  return read(bufferOf(input), { message: undefined, told: undefined });
}

function dissect(read: ReadMessage, input: Uint8Array): Dissection {
  const spans: FieldSpan[] = [];
  const reading: Reading = { message: undefined, told: (field, from, to) => void spans.push({ field, from, to }) };
  try {
    read(bufferOf(input), reading);
  } catch (error) {
    if (!(error instanceof CodecError)) throw error;
    return { message: reading.message, spans, fault: error };
  }
  return { message: reading.message, spans, fault: undefined };
}

function bufferOf(input: Uint8Array): Buffer {
  return Buffer.isBuffer(input) ? input : Buffer.from(input.buffer, input.byteOffset, input.byteLength);
}

function reader(compiled: Compiled): ReadMessage {
  const { spec, sensitive } = compiled;
  const leniency = leniencyOf(spec.lenient);
  const readMti = digitReader(0, mtiPacking(spec), leniency);
  const readBitmap = byteReader(1, spec.wire.bitmap, leniency);
  const hasPackedDigits = needsHex(spec);
  const start = spec.header === null ? 0 : headerBytes(spec.header);
  return (bytes, reading) => {
    if (bytes.length === 0) throw new CodecError('EMPTY', null, 0);
    const header = spec.header === null ? undefined : readHeader(spec.header, bytes);
    const hex = hasPackedDigits ? bytes.toString('hex') : '';
    const cursor: Cursor = { bytes, text: bytes.toString('latin1'), hex, at: start };
    const mti = readMti(cursor, 4);
    const fault = mtiFault(mti, spec.mti);
    if (fault !== undefined && !(fault === 'UNKNOWN_MTI' && leniency.allowUnlistedMti))
      throw new CodecError(fault, 0, start);
    const message = new IsoMessage(mti, undefined, sensitive);
    message.header = header;
    reading.message = message;
    reading.told?.(0, start, cursor.at);
    readFields(compiled, cursor, message, readBitmap, reading.told);
    if (cursor.at !== bytes.length && !leniency.allowTrailing) throw new CodecError('TRAILING_BYTES', null, cursor.at);
    return message;
  };
}

function readFields(
  { table }: Compiled,
  cursor: Cursor,
  message: IsoMessage,
  readBitmap: (cursor: Cursor, count: number) => Buffer,
  told: Told | undefined,
): void {
  const from = cursor.at;
  const first = readBitmap(cursor, 8);
  const second = ((first[0] as number) & SECOND_BITMAP) === 0 ? undefined : readSecondBitmap(cursor, readBitmap);
  told?.(1, from, cursor.at);
  const read = (field: number): void => {
    const at = cursor.at;
    readField(message, table[field], cursor, field);
    told?.(field, at, cursor.at);
  };
  eachBit(first, 0, read);
  if (second !== undefined) eachBit(second, 64, read);
}

/** A second half that announces nothing is refused: there is one way to write a message, so encode gives the bytes back. */
function readSecondBitmap(cursor: Cursor, readBitmap: (cursor: Cursor, count: number) => Buffer): Buffer {
  const from = cursor.at;
  const second = readBitmap(cursor, 8);
  if (second.every((byte) => byte === 0)) throw new CodecError('INVALID_VALUE', 1, from);
  return second;
}

function eachBit(bitmap: Buffer, base: number, read: (field: number) => void): void {
  for (let index = 0; index < 8; index++) {
    const bits = bitmap[index] as number;
    if (bits === 0) continue;
    for (let bit = 0; bit < 8; bit++) {
      const field = base + index * 8 + bit + 1;
      if ((bits & (0x80 >> bit)) !== 0 && field !== 1) read(field);
    }
  }
}

function readField(message: IsoMessage, compiled: CompiledField | undefined, cursor: Cursor, field: number): void {
  const from = cursor.at;
  if (compiled === undefined) throw new CodecError('INVALID_VALUE', field, from);
  const value = compiled.read(cursor);
  if (compiled.check !== undefined) compiled.check(value, from);
  message.set(field, value);
}

function encoder({ spec, table }: Compiled): Codec['encode'] {
  const widths = spec.fields.map((definition) => widthOf(definition, wireOf(spec, definition.field)));
  const start = spec.header === null ? 0 : headerBytes(spec.header);
  const scratch = Buffer.alloc(start + 64 + widths.reduce((sum, width) => sum + width, 0));
  const widest = Math.max(0, ...widths);
  const writeMti = digitWriter(0, mtiPacking(spec));
  const writeBitmap = byteWriter(spec.wire.bitmap);
  return (message) => {
    const fields = message.fields();
    const writer: Writer = { bytes: scratch, at: start };
    try {
      checkMti(message.mti, spec);
      writeMti(writer, message.mti);
      writeBitmap(writer, bitmapOf(fields));
      for (const field of fields) writeField(writer, table[field], message, field);
      if (spec.header !== null) writeHeader(spec.header, message.header ?? {}, writer.at).copy(scratch);
      return Buffer.from(scratch.subarray(0, writer.at));
    } finally {
      scratch.fill(0, 0, writer.at + widest); // the scratch outlives the message and must not keep its card number
    }
  };
}

function checkMti(mti: string, spec: Spec): void {
  const fault = /^\d{4}$/.test(mti) ? mtiFault(mti, spec.mti) : 'INVALID_VALUE';
  if (fault !== undefined) throw new CodecError(fault, 0, 0);
}

function writeField(writer: Writer, compiled: CompiledField | undefined, message: IsoMessage, field: number): void {
  const value = message.text(field) ?? message.bytes(field);
  if (compiled === undefined || value === undefined) throw new CodecError('INVALID_VALUE', field, writer.at);
  const from = writer.at;
  compiled.write(writer, value);
  if (compiled.check !== undefined) compiled.check(value, from);
}

function bitmapOf(fields: readonly number[]): Buffer {
  const hasSecond = (fields.at(-1) ?? 0) > 64;
  const bitmap = Buffer.alloc(hasSecond ? 16 : 8);
  if (hasSecond) bitmap[0] = SECOND_BITMAP;
  for (const field of fields) {
    const index = (field - 1) >> 3;
    bitmap[index] = (bitmap[index] as number) | (0x80 >> ((field - 1) & 7));
  }
  return bitmap;
}

function mtiPacking({ wire }: Spec): { digits: 'ascii' | 'ebcdic' | 'bcd-pad-last'; padNibble: '0' } {
  return { digits: wire.mti === 'bcd' ? 'bcd-pad-last' : wire.mti, padNibble: '0' };
}

/** Whether any digits are packed: only then is the message turned into hex text as well. */
function needsHex(spec: Spec): boolean {
  if (spec.wire.mti === 'bcd') return true;
  return spec.fields.some(({ field, value }) => {
    const { digits, characters } = wireOf(spec, field);
    return value === 'char' ? characters === 'track-nibbles' : value !== 'bin' && digits.startsWith('bcd');
  });
}
