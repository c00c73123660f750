import { CodecError } from './codec-error.js';

/** One part of a header in front of the MTI. */
export interface HeaderPart {
  readonly name: string;
  readonly bytes: number;
  /** `raw` reads as upper-case hex; `digits` and `text` as ASCII, text padded with spaces on the right. */
  readonly form: 'raw' | 'digits' | 'text';
  /** What stands there when nothing else is said, in the form of the part. */
  readonly start: string;
  /** The only value taken, or what the part counts: bytes of header and message. */
  readonly rule?: 'fixed' | 'total-length';
  /** What an answer carries: the value of this or another part of the request, or `start`. */
  readonly answer: { readonly from: string } | 'start';
}

/** A header as data. */
export interface HeaderLayout {
  readonly name: string;
  readonly parts: readonly HeaderPart[];
}

/** Values by the name of the part. */
export type HeaderValues = Readonly<Record<string, string>>;

const PRINTABLE = /^[\x20-\x7e]*$/;

/** Total width in bytes. */
export function headerBytes({ parts }: HeaderLayout): number {
  return parts.reduce((sum, { bytes }) => sum + bytes, 0);
}

/** @throws CodecError of field 0: too short, not of its form, another value than the fixed one, or a length that is not the message's */
export function readHeader({ parts }: HeaderLayout, message: Buffer): HeaderValues {
  const values: Record<string, string> = {};
  let at = 0;
  for (const part of parts) {
    if (at + part.bytes > message.length) throw new CodecError('TRUNCATED', 0, at);
    const value = message.toString(part.form === 'raw' ? 'hex' : 'latin1', at, at + part.bytes).toUpperCase();
    const kept = part.form === 'text' ? message.toString('latin1', at, at + part.bytes) : value;
    checkForm(part, kept, at);
    if (part.rule === 'fixed' && kept !== part.start) throw new CodecError('INVALID_VALUE', 0, at);
    if (part.rule === 'total-length' && Number(kept) !== message.length) throw new CodecError('BAD_LENGTH', 0, at);
    values[part.name] = kept;
    at += part.bytes;
  }
  return values;
}

/** @param total bytes of header and message @throws CodecError of field 0: a value that does not fit its part, or a part that is not there */
export function writeHeader(layout: HeaderLayout, values: HeaderValues, total: number): Buffer {
  const { parts } = layout;
  const unknown = Object.keys(values).some((name) => !parts.some((part) => part.name === name));
  if (unknown) throw new CodecError('INVALID_VALUE', 0, 0);
  const out = Buffer.alloc(headerBytes(layout));
  let at = 0;
  for (const part of parts) {
    const given = part.rule === undefined ? (values[part.name] ?? part.start) : part.start;
    const text = part.rule === 'total-length' ? String(total).padStart(part.bytes, '0') : given;
    const value = part.form === 'text' ? text.padEnd(part.bytes, ' ') : text;
    if (value.length !== part.bytes * (part.form === 'raw' ? 2 : 1)) throw new CodecError('BAD_LENGTH', 0, at);
    checkForm(part, value, at);
    out.write(value, at, part.form === 'raw' ? 'hex' : 'latin1');
    at += part.bytes;
  }
  return out;
}

/** The header of the answer to a message: addresses change places, what belongs to the request goes back to its start. */
export function answerHeader({ parts }: HeaderLayout, request: HeaderValues): HeaderValues {
  return Object.fromEntries(
    parts.map(({ name, start, answer }) => [name, answer === 'start' ? start : (request[answer.from] ?? start)]),
  );
}

function checkForm({ form }: HeaderPart, value: string, at: number): void {
  if (form === 'digits' && !/^\d*$/.test(value)) throw new CodecError('BAD_DIGIT', 0, at);
  if (form === 'text' && !PRINTABLE.test(value)) throw new CodecError('BAD_CHAR', 0, at);
  if (form === 'raw' && !/^[0-9A-F]*$/.test(value)) throw new CodecError('BAD_HEX', 0, at);
}
