import { FORBIDDEN_CLEAR_TAGS } from './clear-tags.js';
import type { TlvItem } from './tlv.js';

/**
 * What is kept of a chip's data after the payment: every data object that a receipt, a dispute or an investigation needs, the same for
 * every kernel. An allow-list: whatever is not named here is not kept, so that a brand's new tag never leaks into the books.
 * @source EMV Book 3 annex A; payment-features.md §10
 */
export const CHIP_RECORD_TAGS: Readonly<Record<string, string>> = {
  '4F': 'application identifier of the card',
  '50': 'application label',
  '5F2A': 'transaction currency code',
  '5F34': 'PAN sequence number',
  '82': 'application interchange profile',
  '84': 'dedicated file name',
  '8A': 'authorization response code',
  '95': 'terminal verification results',
  '9A': 'transaction date',
  '9B': 'transaction status information',
  '9C': 'transaction type',
  '9F02': 'amount, authorized',
  '9F03': 'amount, other',
  '9F06': 'application identifier of the terminal',
  '9F09': 'application version number',
  '9F10': 'issuer application data',
  '9F12': 'application preferred name',
  '9F1A': 'terminal country code',
  '9F1E': 'interface device serial number',
  '9F26': 'application cryptogram',
  '9F27': 'cryptogram information data',
  '9F33': 'terminal capabilities',
  '9F34': 'cardholder verification results',
  '9F35': 'terminal type',
  '9F36': 'application transaction counter',
  '9F37': 'unpredictable number',
  '9F41': 'transaction sequence counter',
  '9F66': 'terminal transaction qualifiers',
  '9F6C': 'card transaction qualifiers',
  '9F6E': 'form factor',
  '9F71': 'mobile cardholder verification results',
};

/**
 * The record of one reading: tag → upper-case hex, templates flattened, without anything sensitive.
 * @example chipRecord(decodeTlv(Buffer.from('77069F360235689C0100', 'hex'))) // { '9F36': '3568' }, and 9C is kept when it stands outside
 */
export function chipRecord(items: readonly TlvItem[]): Record<string, string> {
  const record: Record<string, string> = {};
  for (const { tag, value, children } of items) {
    if (children !== undefined) Object.assign(record, { ...chipRecord(children), ...record });
    else if (
      tag in CHIP_RECORD_TAGS &&
      !FORBIDDEN_CLEAR_TAGS.has(tag) &&
      value.length > 0 &&
      !isNumberAsLabel(tag, value)
    )
      record[tag] ??= value.toString('hex').toUpperCase();
  }
  return record;
}

/** A label is shown and printed as it is: one that could be a card number is none. */
function isNumberAsLabel(tag: string, value: Buffer): boolean {
  return (tag === '50' || tag === '9F12') && /\d(?:[ -]?\d){12}/.test(value.toString('latin1'));
}

/** A card's label is shown and printed: control characters have no place in it. */
const UNPRINTABLE = /\p{Cc}/gu;

/** Text of a tag of the record whose value is text (50, 9F12): printable characters only. */
export function chipText(record: Readonly<Record<string, string>>, tag: '50' | '9F12'): string | null {
  const text = Buffer.from(record[tag] ?? '', 'hex')
    .toString('latin1')
    .replace(UNPRINTABLE, '')
    .trim();
  return text === '' ? null : text;
}
