import { HsmError } from '../provider/hsm-error.js';
import type { KeyType } from '../provider/hsm-provider.js';

/** Keys that everybody knows; start-up of production refuses them by their check values. @source vectors of pin-translation, zone keys */
const PUBLISHED: Readonly<Partial<Record<KeyType, string>>> = {
  AES128: 'E11B4494BCE142DB38ABC31CF9C15242',
  TDES2: 'A4343734DF3732D9D6545E3BF1ADC1D9',
};

/**
 * The PIN key that a sandbox shares with its simulated counterparts. The caller wipes it.
 * @throws HsmError `unsupported` no key of this type is published for it
 */
export function publishedPinKey(type: KeyType): Buffer {
  const key = PUBLISHED[type];
  if (key === undefined) throw new HsmError('unsupported', 'no published PIN key has this type');
  return Buffer.from(key, 'hex');
}
