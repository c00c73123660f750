import { CodecError } from './codec-error.js';
import type { FieldValue } from './iso-message.js';

/**
 * Values with an inner layout: well-formed digits may still be no date, and a TLV must fill its field exactly.
 * @source iso8583-1993 vector file `fields[].layout` and `errors` (INVALID_VALUE, BAD_TLV)
 */
export type CheckInner = (field: number, value: FieldValue, at: number) => void;

const TLV_DEPTH_MAX = 4;
const DAYS_IN_MONTH = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31];

/** Which fields carry what. Y year, M month, D day, h m s as in the date layouts of the table. */
export const INNER_CHECKS: ReadonlyMap<number, CheckInner> = new Map<number, CheckInner>([
  [7, dated('MMDDhhmmss')],
  [12, dated('YYMMDDhhmmss')],
  [13, dated('YYMM')],
  [14, dated('YYMM')],
  [15, dated('YYMMDD')],
  [16, dated('MMDD')],
  [17, dated('MMDD')],
  [28, dated('YYMMDD')],
  [48, checkPrivateTlv],
  [55, checkBerTlv],
  [56, checkOriginalData],
  [73, dated('YYMMDD')],
]);

type DateLayout = 'MMDDhhmmss' | 'YYMMDDhhmmss' | 'YYMMDD' | 'YYMM' | 'MMDD';

function dated(layout: DateLayout): CheckInner {
  return (field, value, at) => {
    if (!isDated(value as string, layout)) throw new CodecError('INVALID_VALUE', field, at);
  };
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
function checkPrivateTlv(field: number, value: FieldValue, at: number): void {
  const text = value as string;
  let index = 0;
  while (index < text.length) {
    const length = text.slice(index + 4, index + 7);
    if (!/^\d{3}$/.test(length)) throw new CodecError('BAD_TLV', field, at + index);
    index += 7 + Number(length);
  }
  if (index !== text.length) throw new CodecError('BAD_TLV', field, at);
}

/** Field 56: the inner length of the acquirer id must equal what remains. */
function checkOriginalData(field: number, value: FieldValue, at: number): void {
  const text = value as string;
  const isWhole =
    text.length >= 24 && text.length === 24 + two(text, 22) && isDated(text.slice(10, 22), 'YYMMDDhhmmss');
  if (!isWhole) throw new CodecError('INVALID_VALUE', field, at);
}

/** Field 55: BER-TLV that fills the field; templates are walked too. */
function checkBerTlv(field: number, value: FieldValue, at: number): void {
  const bytes = value as Buffer;
  if (!isBerTlv(bytes, 0, bytes.length, 1)) throw new CodecError('BAD_TLV', field, at);
}

function isBerTlv(bytes: Uint8Array, from: number, to: number, depth: number): boolean {
  if (depth > TLV_DEPTH_MAX) return false;
  let at = from;
  while (at < to) {
    const isTemplate = ((bytes[at] as number) & 0x20) !== 0;
    const lengthAt = afterTag(bytes, at, to);
    const body = bodyOf(bytes, lengthAt, to);
    if (body === undefined) return false;
    if (isTemplate && !isBerTlv(bytes, body.from, body.to, depth + 1)) return false;
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
