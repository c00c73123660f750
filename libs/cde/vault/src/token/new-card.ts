import { newId } from '@tsunagu/kernel';
import type { KeyedFingerprint } from '../keys/fingerprints.js';
import { faceOf } from './card-display.js';
import type { NewCard } from './card.repository.js';
import { PAN_CIPHER_VERSION, sealPan } from './pan-cipher.js';

/**
 * An account as it would be stored, sealed to a token of its own.
 * @param key data key of the tenant, from this very tick
 */
export function newCard(
  made: Pick<NewCard, 'requestId' | 'uses' | 'intent' | 'at'> & { readonly tenantId: string },
  { pan, expiry, psn }: { readonly pan: Buffer; readonly expiry: string | null; readonly psn: string | null },
  fingerprint: KeyedFingerprint,
  key: { readonly id: string; readonly bytes: Buffer },
): NewCard {
  const { tenantId, requestId, uses, intent, at } = made;
  const [tokenId, version] = [newId(at), PAN_CIPHER_VERSION];
  const panCipher = sealPan(key.bytes, { tenantId, tokenId, version }, pan);
  const face = faceOf(pan, expiry);
  return { tokenId, fingerprint, panCipher, dekId: key.id, version, psn, face, at, requestId, uses, intent };
}
