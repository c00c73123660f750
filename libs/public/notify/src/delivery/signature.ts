import { createHmac } from 'node:crypto';
import type { Secret } from '@tsunagu/kernel';

export interface SignedHeaders {
  readonly 'webhook-id': string;
  readonly 'webhook-timestamp': string;
  readonly 'webhook-signature': string;
}

/**
 * Sign a body by the symmetric scheme of Standard Webhooks: HMAC-SHA256 over `id.timestamp.body`, base64, `v1,`.
 * @param secrets the present one first; while a former one still counts, both sign and the receiver may know either
 * @param id wire id of the event; the same over all retries
 * @source Standard Webhooks 1.0.0, "Verifying webhook authenticity"
 */
export function signWebhook(
  secrets: readonly Secret<Buffer>[],
  message: { id: string; at: Date; body: string },
): SignedHeaders {
  const timestamp = String(Math.floor(message.at.getTime() / 1_000));
  const signed = `${message.id}.${timestamp}.${message.body}`;
  const signatures = secrets.map(
    (secret) => `v1,${createHmac('sha256', secret.reveal()).update(signed).digest('base64')}`,
  );
  return { 'webhook-id': message.id, 'webhook-timestamp': timestamp, 'webhook-signature': signatures.join(' ') };
}
