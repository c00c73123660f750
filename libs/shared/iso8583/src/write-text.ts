import { CodecError } from './codec-error.js';
import { ebcdicTables } from './ebcdic.js';
import type { FieldDefinition } from './field-table.js';
import { multibyteText } from './multibyte-text.js';
import type { FieldWire } from './wire-profile.js';
import { packedUnits, type WriteLength, type Writer, type WriteText } from './writer.js';

const SPACE = 0x20;

/** Build the writer of a character field: prefix or right padding, then the characters. The caller has checked the number of characters. */
export function characterWriter(definition: FieldDefinition, wire: FieldWire, prefix: WriteLength): WriteText {
  if (wire.characters === 'track-nibbles') return trackWriter(definition, wire, prefix);
  if (wire.characters === 'shift-jis' || wire.characters === 'utf-8')
    return multibyteWriter(definition, wire.characters, prefix);
  const { field, length, max } = definition;
  const table = wire.characters === 'latin1' ? undefined : ebcdicTables(wire.characters).fromLatin1;
  const write: WriteText =
    table === undefined
      ? (writer, text) => latin1(writer, field, text)
      : (writer, text) => translated(writer, field, text, table);
  if (length === 'fixed') return (writer, text) => write(writer, text.length < max ? text.padEnd(max, ' ') : text);
  return (writer, text) => {
    prefix(writer, text.length);
    write(writer, text);
  };
}

function latin1(writer: Writer, field: number, text: string): void {
  const { bytes, at } = writer;
  for (let index = 0; index < text.length; index++) bytes[at + index] = codeAt(text, index, field, at);
  writer.at = at + text.length;
}

function translated(writer: Writer, field: number, text: string, table: Buffer): void {
  const { bytes, at } = writer;
  for (let index = 0; index < text.length; index++) bytes[at + index] = table[codeAt(text, index, field, at)] as number;
  writer.at = at + text.length;
}

function codeAt(text: string, index: number, field: number, at: number): number {
  const code = text.charCodeAt(index);
  if (code < SPACE || code === 0x7f || code > 0xff) throw new CodecError('BAD_CHAR', field, at + index);
  return code;
}

function multibyteWriter(
  { field, length, max }: FieldDefinition,
  encoding: 'shift-jis' | 'utf-8',
  prefix: WriteLength,
): WriteText {
  const { encode } = multibyteText(encoding);
  const isFixed = length === 'fixed';
  return (writer, text) => {
    const bytes = encode(text);
    if (bytes === undefined) throw new CodecError('BAD_CHAR', field, writer.at);
    if (bytes.length > max) throw new CodecError('LENGTH_EXCEEDS_MAX', field, writer.at);
    if (!isFixed) prefix(writer, bytes.length);
    writer.bytes.set(bytes, writer.at);
    writer.at += bytes.length;
    if (!isFixed) return;
    writer.bytes.fill(SPACE, writer.at, writer.at + max - bytes.length);
    writer.at += max - bytes.length;
  };
}

/** Digits and the separator, two to a byte; `=` is written as the nibble D, and read back as the letter D. */
function trackWriter(definition: FieldDefinition, wire: FieldWire, prefix: WriteLength): WriteText {
  const { field, length, max } = definition;
  const announced = packedUnits(field, wire, true);
  const pad = wire.padNibble === 'F' ? 15 : 0;
  return (writer, text) => {
    if (length !== 'fixed') prefix(writer, announced(writer, text.length));
    else if (text.length !== max) throw new CodecError('INVALID_VALUE', field, writer.at);
    for (let index = 0; index < text.length; index += 2) {
      const last = index + 1 < text.length ? nibbleAt(text, index + 1, field, writer.at) : pad;
      writer.bytes[writer.at++] = (nibbleAt(text, index, field, writer.at) << 4) | last;
    }
  };
}

function nibbleAt(text: string, index: number, field: number, at: number): number {
  const code = text.charCodeAt(index);
  if (code >= 0x30 && code <= 0x39) return code - 0x30;
  if (code === 0x44 || code === 0x3d) return 13;
  throw new CodecError('BAD_DIGIT', field, at);
}
