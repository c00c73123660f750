import { TlvFormatError, decodeTlv, type TlvItem } from '@tsunagu/emv';
import { CodecError } from '../codec-error.js';
import { readOriginalDataElements } from '../constructed-fields.js';
import { readPrivateTlv } from '../private-tlv.js';
import { ACCOUNT_TYPES, TRANSACTION_TYPES } from './code-words.js';
import { maskOf, ofText, said, wordOf, type Explain, type Part } from './parts.js';
import { POS_POSITIONS } from './pos-words.js';
import { EMV_TAGS, PAYMENT_PLANS, PRIVATE_TAGS } from './tag-words.js';

/** Field 3: type, from account, to account. @source iso8583-1993.md §6 */
export const processingCode: Explain = ofText((code) => {
  const [type, from, to] = [code.slice(0, 2), code.slice(2, 4), code.slice(4)];
  return said(wordOf(TRANSACTION_TYPES, type), [
    { label: 'type', value: type, meaning: wordOf(TRANSACTION_TYPES, type) },
    { label: 'from', value: from, meaning: wordOf(ACCOUNT_TYPES, from) },
    { label: 'to', value: to, meaning: wordOf(ACCOUNT_TYPES, to) },
  ]);
});

/** Field 22, position by position. @source iso8583-1993.md §7 */
export const posData: Explain = ofText((code) => {
  const parts = POS_POSITIONS.map(({ meaning, values }, index): Part => {
    const value = code[index] ?? '';
    return { label: `${index + 1} ${meaning}`, value, meaning: wordOf(values, value) };
  });
  return said(`${parts[6]?.meaning ?? ''}, ${parts[7]?.meaning ?? ''}`, parts);
});

/** Field 37: the house's own layout. @source iso8583-1993.md §10.1 */
export const retrievalReference: Explain = ofText((text) => {
  const [, year, day, node, stan] = /^(\d)(\d{3})(\d\d)(\d{6})$/.exec(text) ?? [];
  if (year === undefined || day === undefined) return undefined;
  return said(`year …${year}, day ${Number(day)}, node ${node ?? ''}, STAN ${stan ?? ''}`);
});

/** Field 56: which message it refers to. @source iso8583-1993.md §10.2 */
export const originalData: Explain = ofText((text) => {
  const original = readOriginalDataElements(text);
  if (original === undefined) return said('its inner length disagrees');
  const { mti, stan, localTime, acquirer } = original;
  return said(`the ${mti} with STAN ${stan}`, [
    { label: 'MTI', value: mti, meaning: 'as sent first' },
    { label: 'STAN', value: stan, meaning: 'field 11 of the original' },
    { label: 'local time', value: localTime, meaning: dateWords(localTime, 'YYMMDDhhmmss') },
    { label: 'acquirer', value: acquirer, meaning: 'field 32 of the original' },
  ]);
});

/** A date as its layout says. */
export function dated(layout: string): Explain {
  return ofText((text) => said(dateWords(text, layout)));
}

function dateWords(text: string, layout: string): string {
  const part = (name: string): string | undefined => {
    const at = layout.indexOf(name);
    return at < 0 ? undefined : text.slice(at, at + 2);
  };
  const [year, month, day] = [part('YY'), part('MM'), part('DD')];
  const date = [year === undefined ? undefined : `20${year}`, month, day].filter((one) => one !== undefined).join('-');
  const clock = [part('hh'), part('mm'), part('ss')].filter((one) => one !== undefined).join(':');
  return [date, clock].filter((one) => one !== '').join(' ');
}

/** Field 48: tags of TSN-93. @source iso8583-1993.md §12 */
export const privateTags: Explain = ofText((text) => {
  const tags = readTags(text);
  if (tags === undefined) return said('its TLV does not fill the field');
  const parts = [...tags].map(([tag, value]): Part => {
    const word = Object.hasOwn(PRIVATE_TAGS, tag) ? PRIVATE_TAGS[tag] : undefined;
    const plan = tag === 'JP01' ? `: ${wordOf(PAYMENT_PLANS, value.slice(0, 2))}${countWords(value)}` : '';
    return {
      label: tag,
      value: word?.isShown === true ? value : maskOf(value.length),
      meaning: `${word?.name ?? 'unknown tag, kept'}${plan}`,
    };
  });
  return said(`${parts.length} tags`, parts);
});

function countWords(plan: string): string {
  const count = Number(plan.slice(2, 4));
  return count > 0 ? `, ${count} payments` : '';
}

function readTags(text: string): Map<string, string> | undefined {
  try {
    return readPrivateTlv(text);
  } catch (error) {
    if (error instanceof CodecError) return undefined;
    throw error;
  }
}

/** Field 55: tags with their names; numbers, tracks, names and cryptograms stay hidden. @source iso8583-1993.md §10.6 */
export const emvTags: Explain = (value) => {
  if (typeof value === 'string') return undefined;
  const items = readItems(value);
  return items === undefined
    ? said('its TLV does not fill the field')
    : said(`${items.length} tags`, tagParts(items, ''));
};

function tagParts(items: readonly TlvItem[], indent: string): Part[] {
  return items.flatMap(({ tag, value, children }) => {
    const word = Object.hasOwn(EMV_TAGS, tag) ? EMV_TAGS[tag] : undefined;
    const isShown = word?.isShown === true && children === undefined;
    const own: Part = {
      label: `${indent}${tag}`,
      value: isShown ? value.toString('hex').toUpperCase() : maskOf(value.length),
      meaning: word?.name ?? 'unknown tag',
    };
    return [own, ...tagParts(children ?? [], `${indent}  `)];
  });
}

function readItems(bytes: Buffer): TlvItem[] | undefined {
  try {
    return decodeTlv(bytes);
  } catch (error) {
    if (error instanceof TlvFormatError) return undefined;
    throw error;
  }
}

const SCHEMES: Readonly<Record<number, string>> = {
  1: 'TDES-DUKPT',
  2: 'AES-DUKPT',
  3: 'zone key',
  4: 'PIN block carried here',
};

/** Field 53: scheme and PIN block format; the rest identifies keys. @source iso8583-1993.md §10.8 */
export const securityData: Explain = (value) => {
  if (typeof value === 'string' || value.length < 2) return undefined;
  const scheme = SCHEMES[value[0] as number] ?? 'unknown scheme';
  return said(`${scheme}, PIN block format ${value[1] as number}`);
};
