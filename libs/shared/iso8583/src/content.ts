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
  'tlv-ber': (value) => (isBerTlv(value as Buffer, 0, value.length, 1) ? undefined : 'BAD_TLV'),
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
function isBerTlv(bytes: Uint8Array, from: number, to: number, depth: number): boolean {
  if (depth > TLV_DEPTH_MAX) return false;
  let at = from;
  while (at < to) {
    const isTemplate = ((bytes[at] as number) & 0x20) !== 0;
    const lengthAt = afterTag(bytes, at, to);
    const length = lengthOf(bytes, lengthAt, to);
    if (length < 0) return false;
    const body = lengthAt + 1 + moreLengthBytes(bytes[lengthAt] as number);
    at = body + length;
    if (at > to || (isTemplate && !isBerTlv(bytes, body, at, depth + 1))) return false;
  }
  return true;
}

function afterTag(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  if (((bytes[at++] as number) & 0x1f) !== 0x1f) return at;
  while (at < to && ((bytes[at] as number) & 0x80) !== 0) at++;
  return at + 1;
}

function moreLengthBytes(first: number): number {
  return first < 0x80 ? 0 : first & 0x7f;
}

/** Length of one to three bytes; -1 for the indefinite form (80), a longer one, or one that is cut off. */
function lengthOf(bytes: Uint8Array, at: number, to: number): number {
  if (at >= to) return -1;
  const first = bytes[at] as number;
  if (first < 0x80) return first;
  const more = first & 0x7f;
  if (more === 0 || more > 2 || at + 1 + more > to) return -1;
  let length = 0;
  for (let index = 1; index <= more; index++) length = length * 256 + (bytes[at + index] as number);
  return length;
}
