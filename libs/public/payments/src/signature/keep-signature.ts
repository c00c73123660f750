import { ChangeDraft, type Change } from '../change-draft.js';
import type { PaymentStatus } from '../payment-api.js';
import { PaymentError } from '../payment-error.js';
import type { PaymentRecord } from '../payment-record.js';
import type { SignedPicture } from './signature-api.js';

/**
 * A holder signs what the issuer has approved, on the slip that says so: nothing before, and nothing once all of it has gone back.
 * Whoever was verified by a PIN may sign as well: the shop decides, and what proves the holder stays `presentment.cvm`.
 * @source payment-features.md §10 (signature line), §6.3
 */
const SIGNABLE: ReadonlySet<PaymentStatus> = new Set([
  'authorized',
  'partially_captured',
  'captured',
  'partially_refunded',
]);

/**
 * Keep a signature. It is evidence, so the first one stays.
 * @returns undefined when this very picture is kept already, whatever has become of the payment since
 * @throws PaymentError `state_conflict`
 */
export function keepSignature(record: PaymentRecord, picture: SignedPicture, now: Date): Change | undefined {
  const { signature = null, status } = record.payment;
  if (signature?.sha256 === picture.sha256) return undefined;
  if (signature !== null || !SIGNABLE.has(status)) throw new PaymentError('state_conflict', { current_status: status });
  const draft = new ChangeDraft(record, now);
  draft.keepSignature(picture);
  draft.tell('payment.signature_received');
  return draft.done();
}
