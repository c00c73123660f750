import { decodeTlv, encodeTlv, findTag } from '@tsunagu/emv';
import { posDataCode, type PosSituation } from '@tsunagu/iso8583';
import type { CardAtHand, WireOrder } from '@tsunagu/links';
import type { Sad } from '@tsunagu/kernel';
import { UnspeakableOrderError } from './private-data.js';

const EMV_MAX_BYTES = 255;
/** Tags that may be left out of an oversized field 55, in this order. @source reference/iso8583-1993.md §10.6 */
const EMV_SPARE_TAGS = ['9F1E', '9F35', '9F41'];
const CVM_RESULTS = '9F34';
const PIN_SCHEME_CARRIED_HERE = 0x04;
const PIN_FORMAT_4 = 0x04;

type CardFields = Partial<Record<2 | 14 | 22 | 23 | 35 | 53 | 55, string | Buffer>>;

/** Fields that come from the card. Track 2 carries number and expiry; without it they travel in 2 and 14. */
export function cardFields(order: WireOrder, card: CardAtHand): CardFields {
  const account = card.track2 === null ? { 2: card.pan, 14: card.expiry ?? undefined } : { 35: card.track2.reveal() };
  return {
    ...account,
    22: posDataCode({ entryMode: order.entryMode, holderProof: holderProof(order, card) }),
    23: card.sequence?.padStart(3, '0'),
    53: card.pin === null ? undefined : pinSecurityData(card.pin),
    55: card.emv === null ? undefined : trimmedEmv(card.emv.reveal()),
  };
}

/** A format-4 block has 16 bytes and does not fit field 52: it travels in 53 with the id of its key. @source §10.8 */
function pinSecurityData(pin: { block: Sad<Buffer>; keyId: Buffer }): Buffer {
  const block = pin.block.reveal();
  if (block.length !== 16 || pin.keyId.length !== 8) throw new UnspeakableOrderError('pin_block');
  return Buffer.concat([Buffer.from([PIN_SCHEME_CARRIED_HERE, PIN_FORMAT_4]), block, pin.keyId]);
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

/** How the holder was proved: the PIN we carry, else what the chip says it did (9F34), else the rule of the stripe. */
function holderProof(order: WireOrder, card: CardAtHand): NonNullable<PosSituation['holderProof']> {
  if (card.pin !== null) return 'online_pin';
  if (order.entryMode === 'stripe') return 'signature';
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
