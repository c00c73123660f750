import { businessDate } from '@tsunagu/kernel';
import { declineRule } from '../declines/decline-rules.js';
import { rawCodeOf } from '../declines/raw-code.js';
import { ruleOf } from '../methods/rule-of-payment.js';
import type { PaymentRecord } from '../payment-record.js';
import { PaymentError } from '../payment-error.js';

/** The public code of "call us": the only decline that a telephone can turn round. A wrong PIN and a card to be kept never can. */
const REFERRAL = 'refer_to_issuer';

/** Whether the card company asked to be called about this sale, nobody posted its answer yet, and the method knows such a posting. */
export function isVoiceable(record: PaymentRecord): boolean {
  const { payment, isVoicePosted = false } = record;
  if (isVoicePosted || payment.status !== 'declined' || payment.kind !== 'sale') return false;
  const { code } = declineRule(
    rawCodeOf({ attempts: record.attempts, actionCode: payment.actionCode }),
    payment.reason,
  );
  return code === REFERRAL && ruleOf(record).operations.includes('voice_sale');
}

/**
 * A sale may be posted with the number that the card company gave by telephone: on the same business date, while it is the decline that
 * asked for the call.
 * @throws PaymentError `state_conflict`
 * @source payment-features.md §10 (電話承認)
 */
export function checkVoice(record: PaymentRecord, now: Date): void {
  const { businessDate: date, cutOffMinutes, status: current_status } = record.payment;
  if (!isVoiceable(record) || businessDate(now, cutOffMinutes) !== date) throw refusal(current_status);
}

/** Nothing can be done about such a decline: what its state allows in general is not possible here. */
export function refusal(current_status: string): PaymentError {
  return new PaymentError('state_conflict', { current_status, allowed_actions: '' });
}

/** Name under which a declined sale is claimed for its one posting: no client reference can hold a space. */
export function voiceClaim(paymentId: string): string {
  return `voice of ${paymentId}`;
}
