import { CodecError } from './codec-error.js';
import { FIELD_MAX, FIELD_TABLE, type FieldDefinition } from './field-table.js';
import { INNER_CHECKS, type CheckInner } from './inner-value.js';
import { IsoMessage } from './iso-message.js';
import { mtiFault } from './message-type.js';
import { byteReader, digitReader, valueReader, type Cursor, type ReadValue } from './read-value.js';
import { WIRE_PROFILES, type FieldWire, type WireProfile, type WireProfileName } from './wire-profile.js';
import { byteWriter, digitWriter, valueWriter, type Writer, type WriteValue } from './write-value.js';

/** What a link speaks: a wire profile, the field table, and fields that a link writes in its own way. */
export interface Spec {
  readonly wire: WireProfile;
  readonly fields: readonly FieldDefinition[];
  readonly fieldWires: Readonly<Record<number, Partial<FieldWire>>>;
}

/** Turns bytes into a message and back. Knows fields, no business rule. */
export interface Codec {
  /** @throws CodecError the bytes are not exactly one well-formed message */
  decode(bytes: Uint8Array): IsoMessage;
  /** @throws CodecError a value is too long or of the wrong kind; nothing is ever cut */
  encode(message: IsoMessage): Buffer;
}

interface CompiledField {
  readonly read: ReadValue;
  readonly write: WriteValue;
  readonly check: CheckInner | undefined;
}

/** Larger than the sum of all 128 fields at their maximum, in any profile. */
const SCRATCH_BYTES = 65_536;
/** One field, prefix included: what a refused value may have left behind the writer's position. */
const FIELD_BYTES_MAX = 1_002;
const SECOND_BITMAP = 0x80;
const NO_DATA_FIELD = 65;

/**
 * Describe a link's dialect.
 * @param profile one of the four wire profiles
 * @param fieldWires per field number, what this link writes differently from its profile
 */
export function defineSpec(profile: WireProfileName, fieldWires: Spec['fieldWires'] = {}): Spec {
  return { wire: WIRE_PROFILES[profile], fields: FIELD_TABLE, fieldWires };
}

/**
 * Build the codec of a spec: one reader and one writer a field, made once.
 * @example compileSpec(defineSpec('hybrid')).decode(bytes).get(39)
 */
export function compileSpec(spec: Spec): Codec {
  const table = new Array<CompiledField | undefined>(FIELD_MAX + 1).fill(undefined);
  for (const definition of spec.fields) {
    const wire = { ...spec.wire, ...spec.fieldWires[definition.field] };
    table[definition.field] = {
      read: valueReader(definition, wire),
      write: valueWriter(definition, wire),
      check: INNER_CHECKS.get(definition.field),
    };
  }
  table[NO_DATA_FIELD] = undefined;
  return { decode: decoder(spec, table), encode: encoder(spec, table) };
}

function decoder({ wire }: Spec, table: readonly (CompiledField | undefined)[]): Codec['decode'] {
  const readMti = digitReader(0, wire.mti === 'ascii' ? 'ascii' : 'bcd-pad-last');
  const readBitmap = byteReader(1, wire.bitmap);
  const hasPackedDigits = wire.digits !== 'ascii' || wire.mti === 'bcd';
  return (input) => {
    const bytes = Buffer.isBuffer(input) ? input : Buffer.from(input.buffer, input.byteOffset, input.byteLength);
    if (bytes.length === 0) throw new CodecError('EMPTY', null, 0);
    const hex = hasPackedDigits ? bytes.toString('hex') : '';
    const cursor: Cursor = { bytes, text: bytes.toString('latin1'), hex, at: 0 };
    const mti = readMti(cursor, 4);
    const fault = mtiFault(mti);
    if (fault !== undefined) throw new CodecError(fault, 0, 0);
    const message = new IsoMessage(mti);
    const first = readBitmap(cursor, 8);
    const second = ((first[0] as number) & SECOND_BITMAP) === 0 ? undefined : readSecondBitmap(cursor, readBitmap);
    readHalf(message, table, cursor, first, 0);
    if (second !== undefined) readHalf(message, table, cursor, second, 64);
    if (cursor.at !== bytes.length) throw new CodecError('TRAILING_BYTES', null, cursor.at);
    return message;
  };
}

/** A second half that announces nothing is refused: there is one way to write a message, so encode gives the bytes back. */
function readSecondBitmap(cursor: Cursor, readBitmap: (cursor: Cursor, count: number) => Buffer): Buffer {
  const from = cursor.at;
  const second = readBitmap(cursor, 8);
  if (second.every((byte) => byte === 0)) throw new CodecError('INVALID_VALUE', 1, from);
  return second;
}

function readHalf(
  message: IsoMessage,
  table: readonly (CompiledField | undefined)[],
  cursor: Cursor,
  bitmap: Buffer,
  base: number,
): void {
  for (let index = 0; index < 8; index++) {
    const bits = bitmap[index] as number;
    if (bits === 0) continue;
    for (let bit = 0; bit < 8; bit++) {
      if ((bits & (0x80 >> bit)) === 0) continue;
      const field = base + index * 8 + bit + 1;
      if (field === 1) continue;
      readField(message, table[field], cursor, field);
    }
  }
}

function readField(message: IsoMessage, compiled: CompiledField | undefined, cursor: Cursor, field: number): void {
  const from = cursor.at;
  if (compiled === undefined) throw new CodecError('INVALID_VALUE', field, from);
  const value = compiled.read(cursor);
  if (compiled.check !== undefined) compiled.check(field, value, from);
  message.set(field, value);
}

function encoder({ wire }: Spec, table: readonly (CompiledField | undefined)[]): Codec['encode'] {
  const scratch = Buffer.alloc(SCRATCH_BYTES);
  const writeMti = digitWriter(0, wire.mti === 'ascii' ? 'ascii' : 'bcd-pad-last');
  const writeBitmap = byteWriter(wire.bitmap);
  return (message) => {
    const fields = message.fields();
    const writer: Writer = { bytes: scratch, at: 0 };
    try {
      checkMti(message.mti);
      writeMti(writer, message.mti);
      writeBitmap(writer, bitmapOf(fields));
      for (const field of fields) writeField(writer, table[field], message, field);
      return Buffer.from(scratch.subarray(0, writer.at));
    } finally {
      scratch.fill(0, 0, writer.at + FIELD_BYTES_MAX); // the scratch outlives the message and must not keep its card number
    }
  };
}

function checkMti(mti: string): void {
  const fault = mti.length === 4 ? mtiFault(mti) : 'INVALID_VALUE';
  if (fault !== undefined) throw new CodecError(fault, 0, 0);
}

function writeField(writer: Writer, compiled: CompiledField | undefined, message: IsoMessage, field: number): void {
  const value = message.get(field);
  if (compiled === undefined || value === undefined) throw new CodecError('INVALID_VALUE', field, writer.at);
  const from = writer.at;
  compiled.write(writer, value);
  if (compiled.check !== undefined) compiled.check(field, value, from);
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
