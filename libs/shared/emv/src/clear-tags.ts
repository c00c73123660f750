import { decodeTlv, TlvFormatError, type TlvItem } from './tlv.js';

/**
 * Tags that hold cardholder or sensitive data: they may travel only inside the encrypted part of a reader's message.
 * 57 track 2 · 5A PAN · 5F20 name · 5F24 expiry · 56 track 1 · 9F6B track 2 (contactless) · 99 PIN · 9F0B long name ·
 * 9F1F and 9F20 track 1 and 2 discretionary data.
 */
export const FORBIDDEN_CLEAR_TAGS: ReadonlySet<string> = new Set([
  '57',
  '5A',
  '5F20',
  '5F24',
  '56',
  '9F6B',
  '99',
  '9F0B',
  '9F1F',
  '9F20',
]);

/** First forbidden tag among the items, at any depth. */
export function forbiddenClearTag(items: readonly TlvItem[]): string | undefined {
  for (const item of items) {
    if (FORBIDDEN_CLEAR_TAGS.has(item.tag)) return item.tag;
    const inside = forbiddenClearTag(item.children ?? []);
    if (inside !== undefined) return inside;
  }
  return undefined;
}

/**
 * Read the EMV data that a till sent outside the encryption.
 * A tag that appears twice, also in two templates, is refused: two readers of one message must not see two amounts.
 *
 * @param hex BER-TLV as hex text, at most 1,024 bytes
 * @throws TlvFormatError not hex, not BER-TLV, a tag twice, or a tag of {@link FORBIDDEN_CLEAR_TAGS}
 */
export function readClearTags(hex: string): TlvItem[] {
  if (hex.length > 2048 || hex.length % 2 !== 0 || !/^[0-9A-Fa-f]*$/.test(hex)) throw new TlvFormatError('not_hex');
  const items = decodeTlv(Buffer.from(hex, 'hex'));
  const forbidden = forbiddenClearTag(items);
  if (forbidden !== undefined) throw new TlvFormatError('forbidden_clear_tag', forbidden);
  const twice = firstTwice(valueTags(items)) ?? firstTwice(items.map(({ tag }) => tag));
  if (twice !== undefined) throw new TlvFormatError('duplicate_tag', twice);
  return items;
}

/** Tags that hold a value, at any depth: templates only wrap them. */
function valueTags(items: readonly TlvItem[]): string[] {
  return items.flatMap(({ tag, children }) => (children === undefined ? [tag] : valueTags(children)));
}

function firstTwice(tags: readonly string[]): string | undefined {
  return tags.find((tag, at) => tags.indexOf(tag) !== at);
}
