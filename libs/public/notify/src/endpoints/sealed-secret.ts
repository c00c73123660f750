import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { Secret } from '@tsunagu/kernel';

const NONCE_BYTES = 12;
const TAG_BYTES = 16;
const SECRET_BYTES = 32;

/** Row of an endpoint: its secret opens nowhere else. */
export interface SecretPlace {
  readonly tenantId: string;
  readonly endpointId: string;
}

/** 32 random bytes; merchants see them as `whsec_` and base64. */
export function newWebhookSecret(): Secret<Buffer> {
  return new Secret(randomBytes(SECRET_BYTES));
}

/** Text for the merchant. @source Standard Webhooks 1.0.0, signature scheme */
export function secretText(secret: Secret<Buffer>): string {
  return `whsec_${secret.reveal().toString('base64')}`;
}

/** AES-256-GCM, `nonce ‖ tag ‖ ciphertext`, bound to its row. */
export function sealSecret(key: Secret<Buffer>, place: SecretPlace, secret: Secret<Buffer>): Buffer {
  const nonce = randomBytes(NONCE_BYTES);
  const cipher = createCipheriv('aes-256-gcm', key.reveal(), nonce).setAAD(boundTo(place));
  const sealed = Buffer.concat([cipher.update(secret.reveal()), cipher.final()]);
  return Buffer.concat([nonce, cipher.getAuthTag(), sealed]);
}

/** @throws Error the row was changed, or the key is another one */
export function openSecret(key: Secret<Buffer>, place: SecretPlace, sealed: Buffer): Secret<Buffer> {
  const decipher = createDecipheriv('aes-256-gcm', key.reveal(), sealed.subarray(0, NONCE_BYTES)).setAAD(
    boundTo(place),
  );
  decipher.setAuthTag(sealed.subarray(NONCE_BYTES, NONCE_BYTES + TAG_BYTES));
  return new Secret(Buffer.concat([decipher.update(sealed.subarray(NONCE_BYTES + TAG_BYTES)), decipher.final()]));
}

function boundTo({ tenantId, endpointId }: SecretPlace): Buffer {
  return Buffer.from(`webhook_endpoint:${tenantId}:${endpointId}`);
}
