import { CodecError, type CodecErrorCode } from './codec-error.js';
import type { ContentKind } from './field-table.js';
import type { FieldValue } from './iso-message.js';

/** What is wrong with well-formed content, or undefined. @param value already of the kind that its field says */
type CheckContent = (value: FieldValue) => CodecErrorCode | undefined;

const TLV_DEPTH_MAX = 4;
const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

const CHECKS: Readonly<Record<ContentKind, CheckContent>> = {
  MMDDhhmmss: dated('MMDDhhmmss'),
  YYMMDDhhmmss: dated('YYMMDDhhmmss'),
  YYMMDD: dated('YYMMDD'),
  YYMM: dated('YYMM'),
  MMDD: dated('MMDD'),
  hhmmss: (value) => (isTimeOfDay(value as string, 0) ? undefined : 'INVALID_VALUE'),
  'tlv-private': (value) => (isPrivateTlv(value as string) ? undefined : 'BAD_TLV'),
  'tlv-ber': (value) => (isBerTlv(value as Buffer, { from: 0, to: value.length, depth: 1 }) ? undefined : 'BAD_TLV'),
  'original-data': (value) => (isOriginalData(value as string) ? undefined : 'INVALID_VALUE'),
};

/**
 * Whether the content of a field has the layout that its definition names.
 * @source iso8583-1993 vector file `fields[].layout` and `errors` (INVALID_VALUE, BAD_TLV)
 */
export function contentFault(kind: ContentKind, value: FieldValue): CodecErrorCode | undefined {
  return CHECKS[kind](value);
}

/** The same as a throwing check, for the codec of a strict link. @throws CodecError */
export function contentCheck(field: number, kind: ContentKind): (value: FieldValue, at: number) => void {
  const check = CHECKS[kind];
  return (value, at) => {
    const fault = check(value);
    if (fault !== undefined) throw new CodecError(fault, field, at);
  };
}

type DateLayout = Extract<ContentKind, `${string}${'MM' | 'DD'}${string}`>;

function dated(layout: DateLayout): CheckContent {
  return (value) => (isDated(value as string, layout) ? undefined : 'INVALID_VALUE');
}

function isDated(digits: string, layout: DateLayout): boolean {
  if (digits.length !== layout.length) return false;
  const monthAt = layout.startsWith('YY') ? 2 : 0;
  const month = two(digits, monthAt);
  if (month < 1 || month > 12) return false;
  if (layout === 'YYMM') return true;
  const isLeap = monthAt === 0 || two(digits, 0) % 4 === 0;
  const day = two(digits, monthAt + 2);
  if (day < 1 || day > daysIn(month, isLeap)) return false;
  return !layout.endsWith('ss') || isTimeOfDay(digits, monthAt + 4);
}

function daysIn(month: number, isLeap: boolean): number {
  return month === 2 && !isLeap ? 28 : (DAYS_IN_MONTH[month - 1] as number);
}

function isTimeOfDay(digits: string, at: number): boolean {
  return two(digits, at) < 24 && two(digits, at + 2) < 60 && two(digits, at + 4) < 60;
}

function two(digits: string, at: number): number {
  return (digits.charCodeAt(at) - 48) * 10 + digits.charCodeAt(at + 1) - 48;
}

/** Field 48: tag an4, length n3, value; the last value ends where the field ends. */
function isPrivateTlv(text: string): boolean {
  let at = 0;
  while (at < text.length) {
    const length = digitsAt(text, at + 4, 3);
    if (length < 0) return false;
    at += 7 + length;
  }
  return at === text.length;
}

function digitsAt(text: string, at: number, count: number): number {
  let number = 0;
  for (let index = at; index < at + count; index++) {
    const digit = text.charCodeAt(index) - 48;
    if (!(digit >= 0 && digit <= 9)) return -1; // NaN past the end
    number = number * 10 + digit;
  }
  return number;
}

/** Field 56: the inner length of the acquirer id must equal what remains. */
function isOriginalData(text: string): boolean {
  return text.length >= 24 && text.length === 24 + two(text, 22) && isDated(text.slice(10, 22), 'YYMMDDhhmmss');
}

/** Field 55: BER-TLV that fills the field; templates are walked too. */
function isBerTlv(bytes: Uint8Array, { from, to, depth }: { from: number; to: number; depth: number }): boolean {
  if (depth > TLV_DEPTH_MAX) return false;
  let at = from;
  while (at < to) {
    const isTemplate = ((bytes[at] as number) & 0x20) !== 0;
    const lengthAt = afterTag(bytes, at, to);
    const body = bodyOf(bytes, lengthAt, to);
    if (body === undefined) return false;
    if (isTemplate && !isBerTlv(bytes, { ...body, depth: depth + 1 })) return false;
    at = body.to;
  }
  return true;
}

function afterTag(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  if (((bytes[at++] as number) & 0x1f) !== 0x1f) return at;
  while (at < to && ((bytes[at] as number) & 0x80) !== 0) at++;
  return at + 1;
}

/** Length of one to three bytes; the indefinite form (80) is refused. */
function bodyOf(bytes: Uint8Array, lengthAt: number, to: number): { from: number; to: number } | undefined {
  if (lengthAt >= to) return undefined;
  const first = bytes[lengthAt] as number;
  const extra = first < 0x80 ? 0 : first & 0x7f;
  if (first === 0x80 || extra > 2 || lengthAt + 1 + extra > to) return undefined;
  let length = extra === 0 ? first : 0;
  for (let index = 1; index <= extra; index++) length = length * 256 + (bytes[lengthAt + index] as number);
  const from = lengthAt + 1 + extra;
  return from + length > to ? undefined : { from, to: from + length };
}
