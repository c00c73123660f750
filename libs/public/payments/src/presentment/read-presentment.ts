import type { CardBrand, CvmResult, EncryptedCard, Presentment } from '@tsunagu/contracts';
import { TlvFormatError, chipRecord, chipText, findTag, holderProof, readClearTags, type TlvItem } from '@tsunagu/emv';
import { applicationOf } from '../methods/applications.js';
import { PaymentError } from '../payment-error.js';
import { chipFieldRow, tapRow } from './judge-presentment.js';
import type { PresentmentPlace } from './presentment-rules.js';
import type { StatedPresentment } from './stated-presentment.js';

/** What of an encrypted card is read outside the card zone. */
type ReadCard = Pick<EncryptedCard, 'entryMode' | 'emv' | 'pinBlock'>;
type DeviceProof = Parameters<typeof holderProof>[1]['device'];

/** A reading as the rules see it. */
export interface ReadPresentment {
  readonly presentment: Presentment;
  /** What a contactless card asked for and did not get. */
  readonly asks: 'online_pin' | 'signature' | null;
}

/**
 * What till and chip say of how a card was shown. The chip goes before the till: a till that says otherwise is refused.
 *
 * @param card as the reader sent it; only what it sent outside the encryption is read
 * @param brand of the card's number, where it is known already: brands show a device's verification in different tags
 * @throws PaymentError `card_data_invalid` with `card_rule` and, where it is about one tag, `chip_tag`; never a value
 * @source payment-features.md §6.2, §6.3, §6.5
 */
export function readPresentment(
  card: ReadCard,
  stated: StatedPresentment | undefined,
  from: { readonly place: Omit<PresentmentPlace, 'reader'> & Partial<PresentmentPlace>; readonly brand?: CardBrand },
): ReadPresentment {
  const items = chipItems(card, from.place);
  const application = chosenApplication(chipRecord(items), stated?.application);
  const brand = known(application?.brand) ?? from.brand ?? 'unknown';
  const { device } = tapRow({ reader: 'pin_pad', ...from.place }, brand);
  const { cvm, asks } = readHolder(card, stated, { items, device });
  const fallback = fallbackOf(card.entryMode, stated?.fallback);
  const emv = items.length === 0 ? null : chipRecord(items);
  return { asks, presentment: { cvm, fallback, application, hasPin: card.pinBlock !== undefined, emv } };
}

/** How the holder was verified, and what is still missing. A card that asks for a signature gets one: the slip has a line for it. */
function readHolder(
  card: ReadCard,
  stated: StatedPresentment | undefined,
  { items, device }: { readonly items: readonly TlvItem[]; readonly device: DeviceProof },
): { readonly cvm: CvmResult | null; readonly asks: ReadPresentment['asks'] } {
  const hasPin = card.pinBlock !== undefined;
  const proof = reading(() => holderProof(items, { isTap: card.entryMode === 'contactless', device }));
  const said = withPin(agreed(proof.method, stated?.cvm), hasPin);
  if (said === 'online_pin' && !hasPin) throw invalid('pin_block_missing');
  if (said === 'device' && proof.refuses.includes('device')) throw invalid('verification_contradicts', '9F6C');
  const isSigned = said === 'signature' && !proof.refuses.includes('signature');
  const asks = hasPin || isSigned ? null : proof.asks;
  return { cvm: said === null && asks === 'signature' ? 'signature' : said, asks };
}

/** Chip data that the contract's acquirer takes; sensitive tags never. @throws PaymentError `card_data_invalid` */
export function chipItems(
  { entryMode, emv }: ReadCard,
  place: Pick<PresentmentPlace, 'contract' | 'date'>,
): readonly TlvItem[] {
  const items = emv === undefined ? [] : reading(() => readClearTags(emv));
  const row = chipFieldRow(place);
  if (emv !== undefined && emv.length > row.lengthBytesMax * 2) throw invalid('chip_data_too_long');
  const missing = entryMode === 'chip' ? row.required.find((tag) => findTag(items, tag) === undefined) : undefined;
  if (missing !== undefined) throw invalid('chip_tag_missing', missing);
  return items;
}

/** A PIN that came along is a proof, also where a kernel that left it to the terminal wrote "none". */
function withPin(said: CvmResult | null, hasPin: boolean): CvmResult | null {
  return hasPin && (said === null || said === 'none') ? 'online_pin' : said;
}

/** Chip and till say the same, or only one of them says anything. */
function agreed(chip: CvmResult | null, till: CvmResult | undefined): CvmResult | null {
  if (chip !== null && till !== undefined && chip !== till) throw invalid('verification_contradicts', '9F34');
  return chip ?? till ?? null;
}

/** Only a swiped card falls back, and it says why. */
function fallbackOf(
  entryMode: EncryptedCard['entryMode'],
  stated: StatedPresentment['fallback'],
): Presentment['fallback'] {
  if (stated !== undefined && entryMode !== 'stripe') throw invalid('fallback_without_stripe');
  return stated ?? null;
}

/** The application that the reader chose: 4F, else 84, else 9F06; the till may add a label. */
function chosenApplication(
  record: Readonly<Record<string, string>>,
  stated: StatedPresentment['application'],
): Presentment['application'] {
  const aid = aidOf(record, stated);
  if (aid === undefined) return null;
  const { brand, label } = applicationOf(aid) ?? { brand: 'unknown', label: null };
  return { aid, label: stated?.label ?? labelOf(record) ?? label, brand };
}

function aidOf(record: Readonly<Record<string, string>>, stated: StatedPresentment['application']): string | undefined {
  const read = record['4F'] ?? record['84'] ?? record['9F06'];
  if (stated === undefined) return read;
  const said = stated.aid.toUpperCase();
  if (read !== undefined && !isSame(read, said)) throw invalid('application_contradicts', '4F');
  return read ?? said;
}

function labelOf(record: Readonly<Record<string, string>>): string | null {
  return chipText(record, '9F12') ?? chipText(record, '50');
}

/** A terminal's identifier may be shorter than the card's: one begins with the other. */
function isSame(read: string, stated: string): boolean {
  return read.startsWith(stated) || stated.startsWith(read);
}

function known(brand: CardBrand | undefined): CardBrand | undefined {
  return brand === 'unknown' ? undefined : brand;
}

function reading<T>(read: () => T): T {
  try {
    return read();
  } catch (error) {
    if (error instanceof TlvFormatError) throw invalid(error.rule, error.tag);
    throw error;
  }
}

function invalid(rule: string, tag: string | null = null): PaymentError {
  return new PaymentError('card_data_invalid', tag === null ? { card_rule: rule } : { card_rule: rule, chip_tag: tag });
}
