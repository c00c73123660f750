import type { EncryptedCard } from '@tsunagu/contracts';
import { HsmError, Ksn, type HsmProvider, type KeyRef } from '@tsunagu/hsm';
import { Sad } from '@tsunagu/kernel';
import type { Device } from '../device/device.js';
import { CardDataInvalidError } from '../vault-errors.js';

type PinBlock = NonNullable<EncryptedCard['pinBlock']>;

/** A PIN under the zone key of the house, ISO 9564 format 4. */
export interface ZonePin {
  readonly pinBlock: Sad<Buffer>;
  readonly pinKey: string;
}

/**
 * The transaction of the reader that a PIN block was encrypted in. AES keys carry format 4, the others format 0.
 * @throws CardDataInvalidError `pin_block` its shape is wrong, or its counter cannot be used
 */
export function pinKsn(scheme: Ksn['scheme'], { format, data, ksn: text }: PinBlock): Ksn {
  const digits = format === 'iso4' ? 32 : 16;
  const isHex = data.length === digits && /^[0-9A-Fa-f]+$/.test(data);
  const isOfScheme = (format === 'iso4') === (scheme === 'AES-DUKPT');
  const ksn = Ksn.parse(scheme, text);
  if (!isHex || !isOfScheme || ksn === undefined || !ksn.isUsable) throw new CardDataInvalidError('pin_block');
  return ksn;
}

/**
 * From the key of a reader's transaction to the zone key, inside the HSM. A block of another card or another key does not decode.
 * @param pan ASCII digits; the card that the holder's PIN belongs to
 * @throws CardDataInvalidError `pin_block`, `pin_unsupported`; HsmError no answer
 */
export async function translatePin(
  hsm: HsmProvider,
  key: KeyRef,
  { device, pinBlock, pan }: { readonly device: Device; readonly pinBlock: PinBlock; readonly pan: Buffer },
): Promise<ZonePin> {
  const { profile, bdk } = device;
  const { format, ksn, data } = pinBlock;
  const dukpt = { scheme: profile.scheme, bdk, ksn, keyType: profile.workingKeyType, variant: 'request' } as const;
  const from = { dukpt, format: format === 'iso4' ? 4 : 0, block: Buffer.from(data, 'hex') } as const;
  try {
    const { block } = await hsm.translatePin({ in: from, out: { key, format: 4 }, pan });
    return { pinBlock: new Sad(block), pinKey: key.id };
  } catch (error) {
    if (!(error instanceof HsmError)) throw error;
    if (error.reason === 'unsupported') throw new CardDataInvalidError('pin_unsupported');
    throw error.reason === 'format' ? new CardDataInvalidError('pin_block') : error;
  }
}
