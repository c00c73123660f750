import { AppError } from '@tsunagu/kernel';

/** Deepest nesting of constructed tags that is read. @source security-reliability.md G9 */
const DEPTH_MAX = 4;
/** Longest byte string that is read, the limit of field 55. */
const LENGTH_MAX = 1024;
/** Longest tag that is read: EMV uses at most three bytes. */
const TAG_BYTES_MAX = 3;

/** One BER-TLV item. `tag` is upper-case hex; `value` is a view into the decoded bytes; `children` only for constructed tags. */
export interface TlvItem {
  readonly tag: string;
  readonly value: Buffer;
  readonly children?: readonly TlvItem[];
}

/** The bytes are not a BER-TLV string that this house accepts. The rule, and where it is about one tag the tag, are named, never a value. */
export class TlvFormatError extends AppError {
  readonly code = 'card_data_invalid';
  readonly category = 'unprocessable';

  constructor(
    readonly rule: string,
    readonly tag: string | null = null,
  ) {
    super('EMV data is malformed', tag === null ? { rule } : { rule, tag });
  }
}

/**
 * Read a BER-TLV string (field 55, the TLV content of a reader).
 *
 * Tag: continues while the low five bits of its first byte are all set, then while bit 8 is set. Length: 00-7F, 81 xx,
 * 82 xx xx; the indefinite length 80 is refused. A byte 00 between items is skipped. Bit 6 of the tag = constructed.
 *
 * @param bytes at most 1,024 bytes, nested at most 4 deep
 * @throws TlvFormatError a tag, length or value is cut off, or a limit is passed
 * @source EMV Book 3, annex B
 * @example decodeTlv(Buffer.from('9F360235689C0100', 'hex')).map((item) => item.tag) // ['9F36', '9C']
 */
export function decodeTlv(bytes: Buffer): TlvItem[] {
  if (bytes.length > LENGTH_MAX) throw new TlvFormatError('too_long');
  return readItems(bytes, 1);
}

/**
 * Write items as BER-TLV; the children of a constructed tag are written when they are given, else its value.
 * @throws TlvFormatError a tag is not a tag, or the result is longer than 1,024 bytes
 */
export function encodeTlv(items: readonly TlvInput[]): Buffer {
  const bytes = Buffer.concat(items.map(writeItem));
  if (bytes.length > LENGTH_MAX) throw new TlvFormatError('too_long');
  return bytes;
}

/** What {@link encodeTlv} takes: a tag in hex and either its value or its children. */
export type TlvInput = Pick<TlvItem, 'tag' | 'value'> & { readonly children?: readonly TlvInput[] };

/** First item with this tag, at any depth. */
export function findTag(items: readonly TlvItem[], tag: string): TlvItem | undefined {
  for (const item of items) {
    const found = item.tag === tag ? item : findTag(item.children ?? [], tag);
    if (found !== undefined) return found;
  }
  return undefined;
}

function readItems(bytes: Buffer, depth: number): TlvItem[] {
  if (depth > DEPTH_MAX) throw new TlvFormatError('too_deep');
  const items: TlvItem[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (bytes[at] === 0) {
      at += 1;
      continue;
    }
    const tagEnd = endOfTag(bytes, at);
    const { length, start } = readLength(bytes, tagEnd);
    if (length > bytes.length - start) throw new TlvFormatError('value_cut_off');
    const value = bytes.subarray(start, start + length);
    const tag = bytes.toString('hex', at, tagEnd).toUpperCase();
    items.push(isConstructed(bytes[at]!) ? { tag, value, children: readItems(value, depth + 1) } : { tag, value });
    at = start + length;
  }
  return items;
}

function isConstructed(firstByte: number): boolean {
  return (firstByte & 0x20) !== 0;
}

function endOfTag(bytes: Buffer, start: number): number {
  let end = start + 1;
  if ((bytes[start]! & 0x1f) !== 0x1f) return end;
  for (;;) {
    const next = bytes[end];
    if (next === undefined) throw new TlvFormatError('tag_cut_off');
    end += 1;
    if ((next & 0x80) === 0) return end;
    if (end - start >= TAG_BYTES_MAX) throw new TlvFormatError('tag_too_long');
  }
}

function readLength(bytes: Buffer, at: number): { length: number; start: number } {
  const first = bytes[at];
  if (first === undefined) throw new TlvFormatError('length_cut_off');
  if (first < 0x80) return { length: first, start: at + 1 };
  if (first !== 0x81 && first !== 0x82) throw new TlvFormatError('length_form');
  const size = first - 0x80;
  if (at + 1 + size > bytes.length) throw new TlvFormatError('length_cut_off');
  return { length: bytes.readUIntBE(at + 1, size), start: at + 1 + size };
}

function writeItem(item: TlvInput): Buffer {
  const tag = Buffer.from(item.tag, 'hex');
  if (tag.length * 2 !== item.tag.length || tag.length === 0 || endOfTag(tag, 0) !== tag.length) {
    throw new TlvFormatError('tag_form');
  }
  const value = item.children === undefined ? item.value : encodeTlv(item.children);
  return Buffer.concat([tag, lengthBytes(value.length), value]);
}

function lengthBytes(length: number): Buffer {
  if (length < 0x80) return Buffer.from([length]);
  if (length <= 0xff) return Buffer.from([0x81, length]);
  if (length <= LENGTH_MAX) return Buffer.from([0x82, length >> 8, length & 0xff]);
  throw new TlvFormatError('too_long');
}
