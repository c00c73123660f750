import type { Wording } from '@tsunagu/kernel';
import { declineRule } from '../declines/decline-rules.js';
import { CASHIER_DECLINE_WORDS } from '../declines/decline-words.js';
import { rawCodeOf } from '../declines/raw-code.js';
import type { PaymentStatus, PaymentView } from '../payment-api.js';
import { WRITTEN_OFF } from '../resolution/written-off.js';
import { CASHIER_TEXTS, type CashierCode } from './cashier-words.js';

/** Shown at the till as it is. */
export interface CashierState {
  readonly code: string;
  readonly message_ja: string;
  readonly message_en: string;
  /** The same sentence in every language of the till. */
  readonly messages: Wording;
  readonly may_retry_card: boolean;
}

/** Code of each status when nothing is pending and nothing contradicts it. */
const BY_STATUS: Readonly<Record<PaymentStatus, CashierCode>> = {
  requires_action: 'action_required',
  processing: 'processing',
  authorized: 'authorized',
  partially_captured: 'partially_captured',
  captured: 'approved',
  partially_refunded: 'partially_refunded',
  refunded: 'refunded',
  voided: 'voided',
  declined: 'declined',
  expired: 'expired',
  unknown: 'unknown',
  offline_accepted: 'offline_accepted',
  offline_lost: 'offline_lost',
};

const SETTLED_UNCHARGED: readonly PaymentStatus[] = ['voided', 'declined', 'expired'];

type Seen = Pick<
  PaymentView,
  | 'status'
  | 'reason'
  | 'actionCode'
  | 'action'
  | 'approvalSource'
  | 'customerCharged'
  | 'cancelRequested'
  | 'attempts'
  | 'pendingUnknown'
  | 'amountMinor'
  | 'authorizedMinor'
>;

/**
 * What the clerk is told about a payment.
 * A decline carries the sentence of its decline rule; every other status has one of its own.
 */
export function cashierState(view: Seen): CashierState {
  const code = codeOf(view);
  if (code !== 'declined') return state(code, CASHIER_TEXTS[code], MAY_START_ANEW.includes(code));
  const rule = declineRule(rawCodeOf(view), view.reason);
  return state(rule.code, CASHIER_DECLINE_WORDS[rule.cashier], rule.retrySameCard);
}

const MAY_START_ANEW: readonly CashierCode[] = ['voided', 'expired', 'authorization_expired'];

/** What the clerk is told about a reference without a payment. */
export function unseenCashierState(status: 'never_seen' | 'burned'): CashierState {
  return state(status, CASHIER_TEXTS[status], status === 'burned');
}

function codeOf(view: Seen): CashierCode {
  if (view.status === 'declined' && view.reason === WRITTEN_OFF) return 'written_off';
  if (SETTLED_UNCHARGED.includes(view.status) && view.customerCharged !== 'no') return 'unknown';
  if (view.attempts.some(({ status }) => status === 'in_doubt')) return 'in_doubt';
  if (view.cancelRequested && (view.status === 'processing' || view.status === 'unknown')) return 'cancelling';
  return pendingMovement(view) ?? settledCode(view);
}

/** A status says more when it is known how it came about. */
function settledCode(view: Seen): CashierCode {
  if (view.status === 'requires_action') return view.action?.type ?? 'action_required';
  if (view.status === 'expired' && view.authorizedMinor > 0) return 'authorization_expired';
  if (isPartlyApproved(view)) return 'partially_approved';
  if (view.status === 'captured' && view.approvalSource === 'voice') return 'approved_by_voice';
  return BY_STATUS[view.status];
}

/** The issuer allowed less than the till asked for: goods for the whole amount must not leave the shop. */
function isPartlyApproved({ status, amountMinor, authorizedMinor }: Seen): boolean {
  return (status === 'authorized' || status === 'captured') && authorizedMinor > 0 && authorizedMinor < amountMinor;
}

/** A movement without an answer outranks the state that the payment keeps meanwhile. */
function pendingMovement({ pendingUnknown, attempts }: Seen): CashierCode | undefined {
  const pending = attempts.filter(({ id }) => pendingUnknown.includes(id)).map(({ kind }) => kind);
  if (pending.includes('refund')) return 'refund_pending';
  return pending.length > 0 ? 'movement_pending' : undefined;
}

function state(code: string, text: Wording, mayRetryCard: boolean): CashierState {
  return { code, message_ja: text.ja, message_en: text.en, messages: { ...text }, may_retry_card: mayRetryCard };
}
