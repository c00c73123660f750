import { CodecError } from './codec-error.js';

const HEADER = 7;

/**
 * Read the private data of field 48: tag an4, length n3, value, repeated. Unknown tags are kept.
 * @throws CodecError BAD_TLV a length is not three digits or does not fill the field exactly
 * @source iso8583-1993.md §12
 * @example readPrivateTlv('JP010071000000').get('JP01') // '1000000': payment in one sum
 */
export function readPrivateTlv(text: string): Map<string, string> {
  const entries = new Map<string, string>();
  let at = 0;
  while (at < text.length) {
    const digits = text.slice(at + 4, at + HEADER);
    if (!/^\d{3}$/.test(digits)) throw new CodecError('BAD_TLV', 48, at);
    const end = at + HEADER + Number(digits);
    if (end > text.length) throw new CodecError('BAD_TLV', 48, at);
    entries.set(text.slice(at, at + 4), text.slice(at + HEADER, end));
    at = end;
  }
  return entries;
}

/** Write field 48 from tags and values, in the order given. @throws CodecError BAD_TLV a tag is not 4 characters, or a value or the whole is above 999 */
export function writePrivateTlv(entries: Iterable<readonly [string, string]>): string {
  let text = '';
  for (const [tag, value] of entries) {
    if (tag.length !== 4 || value.length > 999) throw new CodecError('BAD_TLV', 48, text.length);
    text += tag + String(value.length).padStart(3, '0') + value;
  }
  if (text.length > 999) throw new CodecError('BAD_TLV', 48, 999);
  return text;
}
