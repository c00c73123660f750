import { CodecError } from './codec-error.js';
import { contentCheck } from './content.js';
import { take, type Cursor } from './cursor.js';
import { FIELD_MAX } from './field-table.js';
import { headerBytes, readHeader, writeHeader } from './interchange-header.js';
import {
  emptySlots,
  messageAround,
  sensitiveFields,
  slotsOf,
  type FieldValue,
  type IsoMessage,
  type SensitiveFields,
} from './iso-message.js';
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

/** Told about each part that was read: where it began and where it ended. */
type Told = (field: number, from: number, to: number) => void;

const SECOND_BITMAP = 0x8000_0000;
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

/** A message that is being read; `message` is set as soon as the MTI is known, and filled field by field. */
interface Reading {
  message: IsoMessage | undefined;
  readonly told: Told | undefined;
}
type ReadMessage = (bytes: Buffer, reading: Reading) => IsoMessage;
/** Reads eight bytes of a bitmap as two numbers of 32 bits into `halves`, from index `at`. */
type ReadBitmap = (cursor: Cursor, halves: Uint32Array, at: number) => void;

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
  const readFields = fieldsReader(compiled, bitmapReader(spec));
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
    const slots = emptySlots();
    const message = messageAround(mti, slots, sensitive);
    message.header = header;
    reading.message = message;
    reading.told?.(0, start, cursor.at);
    readFields(cursor, slots, reading.told);
    if (cursor.at !== bytes.length && !leniency.allowTrailing) throw new CodecError('TRAILING_BYTES', null, cursor.at);
    return message;
  };
}

/** Raw bitmaps are read in place; hex ones through the reader of hex bytes. */
function bitmapReader(spec: Spec): ReadBitmap {
  if (spec.wire.bitmap === 'raw') {
    return (cursor, halves, at) => {
      const from = take(cursor, 1, 8);
      halves[at] = cursor.bytes.readUInt32BE(from);
      halves[at + 1] = cursor.bytes.readUInt32BE(from + 4);
    };
  }
  const readBytes = byteReader(1, 'hex', leniencyOf(spec.lenient));
  return (cursor, halves, at) => {
    const bytes = readBytes(cursor, 8);
    halves[at] = bytes.readUInt32BE(0);
    halves[at + 1] = bytes.readUInt32BE(4);
  };
}

function fieldsReader(
  { table }: Compiled,
  readBitmap: ReadBitmap,
): (cursor: Cursor, slots: (FieldValue | undefined)[], told: Told | undefined) => void {
  const halves = new Uint32Array(4); // one decoding at a time: nothing in it waits
  return (cursor, slots, told) => {
    const from = cursor.at;
    readBitmaps(cursor, halves, readBitmap);
    told?.(1, from, cursor.at);
    for (let half = 0; half < 4; half++) {
      let bits = halves[half] as number;
      while (bits !== 0) {
        const bit = Math.clz32(bits);
        bits = (bits & ~(0x8000_0000 >>> bit)) >>> 0;
        const field = half * 32 + bit + 1;
        const at = cursor.at;
        slots[field] = readField(table[field], cursor, field);
        told?.(field, at, cursor.at);
      }
    }
  };
}

/** A second half that announces nothing is refused: there is one way to write a message, so encode gives the bytes back. */
function readBitmaps(cursor: Cursor, halves: Uint32Array, readBitmap: ReadBitmap): void {
  readBitmap(cursor, halves, 0);
  halves[2] = 0;
  halves[3] = 0;
  if ((halves[0] as number) < SECOND_BITMAP) return;
  halves[0] = (halves[0] as number) - SECOND_BITMAP;
  const from = cursor.at;
  readBitmap(cursor, halves, 2);
  if (halves[2] === 0 && halves[3] === 0) throw new CodecError('INVALID_VALUE', 1, from);
}

function readField(compiled: CompiledField | undefined, cursor: Cursor, field: number): FieldValue {
  const from = cursor.at;
  if (compiled === undefined) throw new CodecError('INVALID_VALUE', field, from);
  const value = compiled.read(cursor);
  if (compiled.check !== undefined) compiled.check(value, from);
  return value;
}

function encoder({ spec, table }: Compiled): Codec['encode'] {
  const widths = spec.fields.map((definition) => widthOf(definition, wireOf(spec, definition.field)));
  const start = spec.header === null ? 0 : headerBytes(spec.header);
  const scratch = Buffer.alloc(start + 64 + widths.reduce((sum, width) => sum + width, 0));
  const widest = Math.max(0, ...widths);
  const writeMti = digitWriter(0, mtiPacking(spec));
  const writeBitmap = byteWriter(spec.wire.bitmap);
  const bitmap = Buffer.alloc(16);
  return (message) => {
    const slots = slotsOf(message);
    const writer: Writer = { bytes: scratch, at: start };
    try {
      checkMti(message.mti, spec);
      writeMti(writer, message.mti);
      writeBitmap(writer, bitmap.subarray(0, fillBitmap(bitmap, slots)));
      for (let field = 2; field <= FIELD_MAX; field++) {
        const value = slots[field];
        if (value !== undefined) writeField(writer, table[field], value, field);
      }
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

function writeField(writer: Writer, compiled: CompiledField | undefined, value: FieldValue, field: number): void {
  if (compiled === undefined) throw new CodecError('INVALID_VALUE', field, writer.at);
  const from = writer.at;
  compiled.write(writer, value);
  if (compiled.check !== undefined) compiled.check(value, from);
}

/** @returns bytes of the bitmap: 8, or 16 when a field above 64 is present */
function fillBitmap(bitmap: Buffer, slots: readonly (FieldValue | undefined)[]): 8 | 16 {
  bitmap.fill(0);
  let last = 0;
  for (let field = 2; field <= FIELD_MAX; field++) {
    if (slots[field] === undefined) continue;
    const index = (field - 1) >> 3;
    bitmap[index] = (bitmap[index] as number) | (0x80 >> ((field - 1) & 7));
    last = field;
  }
  if (last <= 64) return 8;
  bitmap[0] = (bitmap[0] as number) | 0x80;
  return 16;
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
