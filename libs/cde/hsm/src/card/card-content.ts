import { TlvFormatError, decodeTlv, encodeTlv, findTag, type TlvItem } from '@tsunagu/emv';
import { Sad } from '@tsunagu/kernel';
import type { DukptProfile } from '../dukpt/dukpt-profile.js';
import { CardFormatError } from './card-format-error.js';
import { isExpiry, isPan } from './pan.js';
import { readTag57, readTrack2, unpackDigits } from './track2.js';

/** Card data of one transaction as it came out of the reader's encryption. `wipe()` clears every buffer. */
export interface CardContent {
  /** ASCII digits. */
  readonly pan: Buffer;
  /** YYMM. */
  readonly expiry: string | null;
  /** PAN sequence number, two digits. */
  readonly psn: string | null;
  /** Track 2 without sentinels. */
  readonly track2: Sad<Buffer> | null;
  /** EMV data without account tags, BER-TLV. */
  readonly emv: Sad<Buffer> | null;
  wipe(): void;
}

/** Account tags: they travel as fields of their own, not inside the EMV data. */
const ACCOUNT_TAGS: ReadonlySet<string> = new Set(['57', '5A', '5F24', '9F6B']);

/**
 * Read the plain bytes of a reader, padding already removed.
 * @param plain wiped by the caller; the answer does not point into it
 * @throws CardFormatError one answer for every fault
 */
export function readCardContent(content: DukptProfile['content'], plain: Buffer): CardContent {
  if (content === 'TRACK2_ASCII') return fromTrack2(plain);
  return content === 'TLV' ? fromTlv(plain) : fromPanEntry(plain);
}

function fromTrack2(plain: Buffer): CardContent {
  const { text, pan, expiry } = readTrack2(plain);
  return { pan, expiry, psn: null, track2: new Sad(text), emv: null, wipe: () => void text.fill(0) };
}

/** `PAN=YYMM`, keyed by hand on the reader. */
function fromPanEntry(plain: Buffer): CardContent {
  const separator = plain.indexOf('=');
  const pan = Buffer.from(plain.subarray(0, Math.max(0, separator)));
  const expiry = plain.toString('latin1', separator + 1);
  if (!isPan(pan) || !isExpiry(expiry)) {
    pan.fill(0);
    throw new CardFormatError();
  }
  return { pan, expiry, psn: null, track2: null, emv: null, wipe: () => void pan.fill(0) };
}

function fromTlv(plain: Buffer): CardContent {
  const items = itemsOf(plain);
  const track = findTag(items, '57') ?? findTag(items, '9F6B');
  const track2 = track === undefined ? undefined : readTag57(track.value);
  const pan = panOf(items, track2?.pan);
  const expiry = track2?.expiry ?? expiryOf(items);
  const emvItems = withoutAccount(items);
  const emv = emvItems.length === 0 ? undefined : encodeTlv(emvItems);
  const wipe = (): void => {
    for (const bytes of [pan, track2?.text, emv]) bytes?.fill(0);
  };
  return { pan, expiry, psn: psnOf(items), track2: sadOf(track2?.text), emv: sadOf(emv), wipe };
}

function sadOf(bytes: Buffer | undefined): Sad<Buffer> | null {
  return bytes === undefined ? null : new Sad(bytes);
}

/** At every depth: a template may hold the account as well. */
function withoutAccount(items: readonly TlvItem[]): TlvItem[] {
  return items
    .filter((item) => !ACCOUNT_TAGS.has(item.tag))
    .map((item) => (item.children === undefined ? item : { ...item, children: withoutAccount(item.children) }));
}

function itemsOf(plain: Buffer): TlvItem[] {
  try {
    return decodeTlv(plain);
  } catch (error) {
    if (error instanceof TlvFormatError) throw new CardFormatError();
    throw error;
  }
}

/** Tag 5A and the track must name the same account. */
function panOf(items: readonly TlvItem[], fromTrack: Buffer | undefined): Buffer {
  const tag = findTag(items, '5A');
  if (tag === undefined) {
    if (fromTrack === undefined) throw new CardFormatError();
    return fromTrack;
  }
  const pan = unpackDigits(tag.value);
  if (!isPan(pan) || (fromTrack !== undefined && !fromTrack.equals(pan))) throw new CardFormatError();
  return pan;
}

function expiryOf(items: readonly TlvItem[]): string | null {
  const tag = findTag(items, '5F24');
  if (tag === undefined) return null;
  const expiry = tag.value.toString('hex').slice(0, 4);
  if (tag.value.length !== 3 || !isExpiry(expiry)) throw new CardFormatError();
  return expiry;
}

function psnOf(items: readonly TlvItem[]): string | null {
  const tag = findTag(items, '5F34');
  if (tag === undefined) return null;
  const psn = tag.value.toString('hex');
  if (!/^[0-9]{2}$/.test(psn)) throw new CardFormatError();
  return psn;
}
