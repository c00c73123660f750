import { isCapturable } from '../capture/plan-capture.js';
import { isReleasable } from '../capture/plan-release.js';
import { isIncreasable } from '../increase/plan-increase.js';
import type { PaymentAction } from '../payment-api.js';
import type { PaymentRecord } from '../payment-record.js';
import { isRefundable } from '../refund/plan-refund.js';
import { isCancellable, untouchedSale } from '../reversal/plan-cancel.js';
import { isVoiceable } from '../voice/plan-voice.js';

/** What a merchant may ask of the payment at this moment: the guards of the movements themselves, but for time and amounts. */
export function allowedActions(record: PaymentRecord): PaymentAction[] {
  const { status, cancelRequested } = record.payment;
  switch (status) {
    case 'requires_action':
      return [...toGoOn(record), 'cancel', 'ensure_cancelled'];
    case 'processing':
    case 'unknown':
      return cancelRequested ? ['ensure_cancelled'] : ['cancel', 'ensure_cancelled'];
    case 'authorized':
    case 'partially_captured':
      return onAuthorization(record);
    case 'captured':
    case 'partially_refunded':
      return onCaptured(record);
    case 'declined':
      return isVoiceable(record) ? ['voice_approval'] : [];
    default:
      return [];
  }
}

function toGoOn({ payment }: PaymentRecord): PaymentAction[] {
  if (payment.action === null) return [];
  return [payment.action.type === 'choose_currency' ? 'choose_currency' : 'continue'];
}

function onAuthorization(record: PaymentRecord): PaymentAction[] {
  const actions: PaymentAction[] = [];
  if (isCapturable(record)) actions.push('capture');
  if (isIncreasable(record)) actions.push('increase');
  if (isReleasable(record)) actions.push('release');
  if (isCancellable(record)) actions.push('cancel', 'ensure_cancelled');
  return actions;
}

function onCaptured(record: PaymentRecord): PaymentAction[] {
  const actions: PaymentAction[] = [];
  if (isRefundable(record)) actions.push('refund');
  if (untouchedSale(record) !== undefined) actions.push('ensure_cancelled');
  return actions;
}
