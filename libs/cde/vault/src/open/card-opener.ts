import { Injectable } from '@nestjs/common';
import type { EncryptedCard, OpenCardRequest, SealedEnvelope } from '@tsunagu/contracts';
import { encodeTlv, readClearTags, TlvFormatError, decodeTlv } from '@tsunagu/emv';
import {
  CardFormatError,
  EnvelopeSealer,
  HsmError,
  HsmProvider,
  Ksn,
  PayloadReader,
  type CardContent,
  type ReaderPayload,
} from '@tsunagu/hsm';
import { Clock, Sad } from '@tsunagu/kernel';
import type { Device } from '../device/device.js';
import { CardKeys } from '../keys/card-keys.js';
import type { NewCard } from '../token/card.repository.js';
import { newCard } from '../token/new-card.js';
import { pinKsn, translatePin, type ZonePin } from '../pin/zone-pin.js';
import { CardDataInvalidError } from '../vault-errors.js';

/** A card out of its encryption: ready to be stored and handed on, nothing of it in the clear any more. */
export interface OpenedCard {
  readonly card: NewCard;
  readonly envelope: SealedEnvelope;
  /** A chip card whose stripe was read by a reader that takes chips. */
  readonly isFallback: boolean;
}

/** The cryptographic half of opening a card. Every call to the HSM happens here, outside of any transaction. */
@Injectable()
export class CardOpener {
  constructor(
    private readonly hsm: HsmProvider,
    private readonly sealer: EnvelopeSealer,
    private readonly keys: CardKeys,
    private readonly clock: Clock,
  ) {}

  /** Check the shape against the device's profile. @throws CardDataInvalidError */
  read(device: Device, card: EncryptedCard): { reader: PayloadReader; payload: ReaderPayload } {
    const reader = new PayloadReader(this.hsm, device.profile);
    const payload = reader.shape(card);
    if (payload === undefined) throw new CardDataInvalidError('payload_shape');
    checkPinShape(payload.ksn, card);
    return { reader, payload };
  }

  /** Check the MAC before anything is decrypted. @throws CardDataInvalidError wrong MAC, or the tenant's base key was revoked */
  async verify(device: Device, reader: PayloadReader, payload: ReaderPayload): Promise<void> {
    let isGenuine: boolean;
    try {
      isGenuine = await reader.verify(device.bdk, payload);
    } catch (error) {
      const isRevoked =
        error instanceof HsmError && (error.reason === 'key_unknown' || error.reason === 'usage_denied');
      if (isRevoked) throw new CardDataInvalidError('key_unknown');
      throw error;
    }
    if (!isGenuine) throw new CardDataInvalidError('mac');
  }

  /**
   * Decrypt, parse, translate the PIN, and seal everything again for its next place.
   * @throws CardDataInvalidError content, PIN block or clear EMV data; HsmError
   */
  async open(
    device: Device,
    request: OpenCardRequest,
    reader: PayloadReader,
    payload: ReaderPayload,
  ): Promise<OpenedCard> {
    const content = await this.#content(device, reader, payload);
    let emv: Sad<Buffer> | null = null;
    try {
      emv = mergeEmv(request.card.emv, content.emv);
      const pin = await this.#zonePin(device, request.card, content.pan);
      const { tenantId } = request;
      const sad = { track2: content.track2, emv, ...pin, entry: request.card.entryMode };
      const [fingerprint, envelope] = await Promise.all([
        this.keys.fingerprints.ofPan(tenantId, content.pan),
        this.sealer.seal(tenantId, { sad, account: content }),
      ]);
      const { requestId, intent, tokenUses: uses = 'multi' } = request;
      const key = await this.keys.data.current(tenantId); // asked for last: it is used in the tick in which it comes
      const made = { tenantId, requestId, intent, uses, at: this.clock.now() };
      const isFallback = request.card.entryMode === 'stripe' && takesChips(device) && hasChip(content);
      return { card: newCard(made, content, fingerprint, key), envelope, isFallback };
    } finally {
      content.wipe();
      emv?.reveal().fill(0);
    }
  }

  async #content(device: Device, reader: PayloadReader, payload: ReaderPayload): Promise<CardContent> {
    try {
      return await reader.read(device.bdk, payload);
    } catch (error) {
      if (error instanceof CardFormatError) throw new CardDataInvalidError('content');
      if (error instanceof HsmError && error.reason === 'mac') throw new CardDataInvalidError('mac');
      throw error;
    }
  }

  async #zonePin(
    device: Device,
    { pinBlock }: EncryptedCard,
    pan: Buffer,
  ): Promise<ZonePin | { readonly pinBlock: null }> {
    if (pinBlock === undefined) return { pinBlock: null };
    return translatePin(this.hsm, this.keys.ring.current('zone-pin'), { device, pinBlock, pan });
  }
}

/** What a reader sends tells what it can read: only one with a chip slot writes tags. */
function takesChips({ profile }: Device): boolean {
  return profile.content === 'TLV';
}

const SEPARATOR = 0x3d;
const EXPIRY_DIGITS = 4;
/** First digit of the service code of a card with a chip. @source ISO/IEC 7813: 2 international, 6 national */
const WITH_CHIP: readonly number[] = [0x32, 0x36];

function hasChip({ track2 }: CardContent): boolean {
  const text = track2?.reveal();
  return text !== undefined && WITH_CHIP.includes(text[text.indexOf(SEPARATOR) + 1 + EXPIRY_DIGITS] ?? 0);
}

/** The PIN is encrypted under the same transaction of the same device: one KSN, one claim. */
function checkPinShape(ksn: Ksn, { pinBlock }: EncryptedCard): void {
  if (pinBlock !== undefined && pinKsn(ksn.scheme, pinBlock).hex !== ksn.hex)
    throw new CardDataInvalidError('pin_block');
}

/** EMV data from outside and inside the encryption as one; where both have a tag, the encrypted one is believed. */
function mergeEmv(clear: string | undefined, encrypted: Sad<Buffer> | null): Sad<Buffer> | null {
  if (clear === undefined) return encrypted;
  try {
    const inside = encrypted === null ? [] : decodeTlv(encrypted.reveal());
    const outside = readClearTags(clear).filter(({ tag }) => !inside.some((item) => item.tag === tag));
    return new Sad(encodeTlv([...inside, ...outside]));
  } catch (error) {
    if (error instanceof TlvFormatError) throw new CardDataInvalidError('clear_card_data');
    throw error;
  }
}
