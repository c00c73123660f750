import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { StoredAccountError } from '../vault-errors.js';

/** Version of the stored form; it is authenticated with tenant and token. */
export const PAN_CIPHER_VERSION = 1;
const NONCE_BYTES = 12;
const TAG_BYTES = 16;

/** Which row a stored PAN belongs to: it does not open anywhere else. */
export interface PanPlace {
  readonly tenantId: string;
  readonly tokenId: string;
  readonly version: number;
}

/** Stored form: nonce (12) ‖ AES-256-GCM(data key, PAN digits, AAD = tenant|token|version) ‖ tag (16). */
export function sealPan(key: Buffer, place: PanPlace, pan: Buffer): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key, nonce).setAAD(aad(place));
  return Buffer.concat([nonce, cipher.update(pan), cipher.final(), cipher.getAuthTag()]);
}

/** The caller wipes the digits. @throws StoredAccountError changed, or moved from another row */
export function openPan(key: Buffer, place: PanPlace, stored: Buffer): Buffer {
  const end = stored.length - TAG_BYTES;
  const opener = createDecipheriv('aes-256-gcm', key, stored.subarray(0, NONCE_BYTES), { authTagLength: TAG_BYTES });
  opener.setAAD(aad(place)).setAuthTag(stored.subarray(end));
  const pan = opener.update(stored.subarray(NONCE_BYTES, end));
  try {
    opener.final();
    return pan;
  } catch {
    // the only cause is a tag that does not match
    pan.fill(0);
    throw new StoredAccountError();
  }
}

function aad({ tenantId, tokenId, version }: PanPlace): Buffer {
  return Buffer.from(`${tenantId}|${tokenId}|${version}`, 'latin1');
}
