import { findTag, TlvFormatError, type TlvItem } from './tlv.js';

/** How a kernel says the holder was verified, in words. `none`: no method was asked for. */
export type CvmMethod =
  'none' | 'signature' | 'offline_pin' | 'online_pin' | 'device' | 'offline_pin_and_signature' | 'failure';

/** Which data object of a tap says that the holder proved himself to his phone or watch. */
export type DeviceProof = 'card_qualifiers' | 'cvm_results' | 'mobile_cvm';

/** CVM code, byte 1 of 9F34 without its bits 7 and 8. @source EMV Book 3 §C3, Book 4 §A4 */
const METHODS: Readonly<Record<number, CvmMethod>> = {
  0x01: 'offline_pin',
  0x02: 'online_pin',
  0x03: 'offline_pin_and_signature',
  0x04: 'offline_pin',
  0x05: 'offline_pin_and_signature',
  0x1e: 'signature',
  0x1f: 'none',
  0x3f: 'none',
};
const METHOD_MASK = 0x3f;
const FAILED = 0x01;

/**
 * Read the CVM Results (tag 9F34): what the kernel did to verify the holder.
 *
 * Layout: CVM code (1) ‖ condition (1) ‖ result (1: 00 not known, 01 failed, 02 successful).
 * Codes 1F and 3F both mean that nothing was asked of the holder.
 *
 * @param hex 6 hex digits
 * @returns `failure` for a method that failed and for a code that nobody has defined
 * @throws TlvFormatError not three bytes
 * @source EMV Book 4, annex A4
 * @example readCvmResults('1E0300') // 'signature'
 */
export function readCvmResults(hex: string): CvmMethod {
  if (!/^[0-9A-F]{6}$/.test(hex)) throw new TlvFormatError('cvm_results');
  const [code, , result] = Buffer.from(hex, 'hex') as unknown as [number, number, number];
  const method = METHODS[code & METHOD_MASK];
  return method === undefined || (result === FAILED && method !== 'none') ? 'failure' : method;
}

/** What a contactless card asks of the reader (tag 9F6C): the holder proved himself on the device, or a method that is still to come. */
export interface CardQualifiers {
  readonly isDeviceVerified: boolean;
  readonly asks: 'online_pin' | 'signature' | null;
  /** The card asks for a signature, by itself or where no PIN can be typed. */
  readonly takesSignature: boolean;
}

/**
 * Read the card transaction qualifiers (tag 9F6C) of a contactless card.
 *
 * Layout: byte 1 bit 8 online PIN required, bit 7 signature required; byte 2 bit 8 holder verified on his device.
 * Where both methods are asked for, the PIN goes first.
 *
 * @param hex 4 hex digits
 * @throws TlvFormatError not two bytes
 * @source EMV contactless kernel 3 (Visa) and kernel 7 (UnionPay)
 * @example readCardQualifiers('0080') // { isDeviceVerified: true, asks: null, takesSignature: false }
 */
export function readCardQualifiers(hex: string): CardQualifiers {
  if (!/^[0-9A-F]{4}$/.test(hex)) throw new TlvFormatError('card_qualifiers');
  const [first, second] = Buffer.from(hex, 'hex') as unknown as [number, number];
  const asks = (first & 0x80) !== 0 ? 'online_pin' : (first & 0x40) !== 0 ? 'signature' : null;
  return { isDeviceVerified: (second & 0x80) !== 0, asks, takesSignature: (first & 0x40) !== 0 };
}

/** Whether the reader told the card that the holder must be verified (tag 9F66, byte 2 bit 7); null: the tag is not there. */
function readerWantsProof(items: readonly TlvItem[]): boolean | null {
  const qualifiers = findTag(items, '9F66')?.value;
  if (qualifiers === undefined || qualifiers.length !== 4) return null;
  return (qualifiers[1]! & 0x40) !== 0;
}

/** What the chip data of one reading say about the holder. Null: they say nothing. */
export interface HolderProof {
  readonly method: CvmMethod | null;
  /** Asked for by a contactless card and not done by the time it was read. */
  readonly asks: CardQualifiers['asks'];
  /** Ways that the card itself rules out: a device that verified nobody, a signature where it wants a PIN. */
  readonly refuses: readonly CvmMethod[];
}

/**
 * What the chip data say about the holder of a card that was inserted or tapped.
 * A tapped card cannot have checked a PIN itself: where the data say so, a phone or watch did.
 *
 * @param device how this card's brand shows a device's verification; null: it does not
 * @throws TlvFormatError a tag of another length than its definition
 */
export function holderProof(
  items: readonly TlvItem[],
  { isTap, device }: { readonly isTap: boolean; readonly device: DeviceProof | null },
): HolderProof {
  const results = hexOf(items, '9F34');
  const method = results === undefined ? null : readCvmResults(results);
  if (!isTap) return { method, asks: null, refuses: [] };
  const qualifiers = device === 'card_qualifiers' ? hexOf(items, '9F6C') : undefined;
  if (qualifiers !== undefined) return byQualifiers(readCardQualifiers(qualifiers), method, items);
  const isOnDevice =
    (device === 'cvm_results' && method === 'offline_pin') ||
    (device === 'mobile_cvm' && /^01..02$/.test(hexOf(items, '9F71') ?? ''));
  return { method: isOnDevice ? 'device' : method, asks: null, refuses: [] };
}

/** A reader that did not ask for a proof gets none, whatever the card would have liked. */
function byQualifiers(card: CardQualifiers, method: CvmMethod | null, items: readonly TlvItem[]): HolderProof {
  if (card.isDeviceVerified) return { method: 'device', asks: null, refuses: [] };
  const asks = readerWantsProof(items) === false || method === card.asks ? null : card.asks;
  const isPinOnly = asks === 'online_pin' && !card.takesSignature;
  return { method, asks, refuses: isPinOnly ? ['device', 'signature'] : ['device'] };
}

function hexOf(items: readonly TlvItem[], tag: string): string | undefined {
  return findTag(items, tag)?.value.toString('hex').toUpperCase();
}
