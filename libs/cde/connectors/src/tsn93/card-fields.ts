import { decodeTlv, encodeTlv, findTag } from '@tsunagu/emv';
import { posDataCode, type PosSituation } from '@tsunagu/iso8583';
import type { CvmResult } from '@tsunagu/contracts';
import type { CardAtHand, WireOrder } from '@tsunagu/links';
import type { Tsn93Profile } from './tsn93-profile.js';
import { UnspeakableOrderError } from './unspeakable-order.js';

const EMV_MAX_BYTES = 255;
/** Tags that may be left out of an oversized field 55, in this order. @source reference/iso8583-1993.md §10.6 */
const EMV_SPARE_TAGS = ['9F1E', '9F35', '9F41'];
const CVM_RESULTS = '9F34';
const PIN_UNDER_ZONE_KEY = 0x03;
const PIN_CARRIED_HERE = 0x04;

type CardFields = Partial<Record<2 | 14 | 22 | 23 | 35 | 52 | 53 | 55, string | Buffer>>;

/** Fields that come from the card. Track 2 carries number and expiry; without it they travel in 2 and 14. */
export function cardFields(profile: Tsn93Profile, order: WireOrder, card: CardAtHand): CardFields {
  const account = card.track2 === null ? { 2: card.pan, 14: card.expiry ?? undefined } : { 35: card.track2.reveal() };
  return {
    ...account,
    22: pointOfService(profile, order, card),
    23: card.sequence?.padStart(3, '0'),
    ...(card.pin === null ? {} : pinFields(card.pin)),
    // A copy: the opened card is wiped when the message is built, and the message is written after that.
    55: card.emv === null ? undefined : Buffer.from(trimmedEmv(card.emv.reveal())),
  };
}

/** Field 22 from how the card was shown. @source reference/iso8583-1993.md §7 */
export function pointOfService(profile: Tsn93Profile, order: WireOrder, card: CardAtHand): string {
  const isFallback = (order.presentment?.fallback ?? null) !== null;
  return posDataCode(
    { entryMode: order.entryMode, holderProof: holderProof(order, card), isFallback },
    profile.posLetters,
  );
}

/** A block of 8 bytes travels in 52, its format and key in 53; one of format 4 has 16 and travels in 53 with the id of its key. @source §10.8 */
function pinFields({ block, format, keyId }: NonNullable<CardAtHand['pin']>): CardFields {
  const bytes = block.reveal();
  if (bytes.length !== (format === 4 ? 16 : 8) || keyId.length !== 8) throw new UnspeakableOrderError('pin_block');
  if (format === 4) return { 53: Buffer.concat([Buffer.from([PIN_CARRIED_HERE, format]), bytes, keyId]) };
  return { 52: Buffer.from(bytes), 53: Buffer.concat([Buffer.from([PIN_UNDER_ZONE_KEY, format]), keyId]) };
}

function trimmedEmv(emv: Buffer): Buffer {
  let trimmed = emv;
  for (const spare of EMV_SPARE_TAGS) {
    if (trimmed.length <= EMV_MAX_BYTES) break;
    trimmed = encodeTlv(decodeTlv(trimmed).filter((item) => item.tag !== spare));
  }
  if (trimmed.length > EMV_MAX_BYTES) throw new UnspeakableOrderError('emv_length');
  return trimmed;
}

type HolderProof = NonNullable<PosSituation['holderProof']>;

/** What a till says of the verification, in the words of field 22; both proofs at once read as the stronger. */
const PROOF_OF_CVM: Readonly<Record<CvmResult, HolderProof>> = {
  none: 'none',
  signature: 'signature',
  offline_pin: 'offline_pin',
  online_pin: 'none', // said by the block itself; without one nothing was verified
  device: 'device',
  offline_pin_and_signature: 'offline_pin',
  approval: 'none',
  failure: 'none',
};

/** How the holder was proved: the PIN we carry, else what the till says, else what the chip says (9F34), else the rule of the stripe. */
function holderProof(order: WireOrder, card: CardAtHand): HolderProof {
  if (card.pin !== null) return 'online_pin';
  const cvm = order.presentment?.cvm ?? null;
  if (cvm !== null) return PROOF_OF_CVM[cvm];
  return order.entryMode === 'stripe' ? 'signature' : proofOfChip(card);
}

function proofOfChip(card: CardAtHand): HolderProof {
  const results = card.emv === null ? undefined : findTag(decodeTlv(card.emv.reveal()), CVM_RESULTS)?.value;
  switch (results === undefined ? undefined : (results[0] ?? 0) & 0x3f) {
    case 0x01:
    case 0x03:
    case 0x04:
    case 0x05:
      return 'offline_pin';
    case 0x1e:
      return 'signature';
    default:
      return 'none';
  }
}
