import type { PaymentStatus, PaymentView } from '../payment-api.js';
import { declineRule, DECLINE_TEXTS } from './decline-table.js';

interface CashierText {
  readonly ja: string;
  readonly en: string;
}

/** What the clerk reads, by code. "Not charged" appears only where `customer_charged` is `no`: a test walks all. */
export const CASHIER_TEXTS = {
  processing: {
    ja: '処理中です。そのままお待ちください。カードを通し直さないでください。',
    en: 'In progress. Please wait and do not present the card again.',
  },
  cancelling: {
    ja: '取消しています。結果が出るまでお待ちください。',
    en: 'Cancelling. Please wait for the result.',
  },
  action_required: {
    ja: 'お客様の操作が必要です。端末の表示に従ってください。',
    en: 'The customer has to act. Please follow the terminal.',
  },
  unknown: {
    ja: '結果を確認中です。請求されたかどうかはまだ分かりません。もう一度カードを通さないでください。',
    en: 'The result is being checked. It is not known yet whether the customer was charged. Do not present the card again.',
  },
  in_doubt: {
    ja: '結果を自動では確認できませんでした。担当者が調査します。もう一度カードを通さず、ヘルプデスクへご連絡ください。',
    en: 'The result could not be found automatically. A person is looking into it. Do not present the card again; please call the help desk.',
  },
  authorized: {
    ja: '承認されました（仮売上）。',
    en: 'Approved (authorized, not yet captured).',
  },
  approved: { ja: '承認されました。お支払いは完了です。', en: 'Approved. The payment is complete.' },
  partially_approved: {
    ja: '一部の金額だけ承認されました。承認額を確認し、残りは別の方法でお支払いいただくか、取り消してください。',
    en: 'Only a part of the amount was approved. Check the approved amount; take the rest another way, or cancel.',
  },
  partially_captured: { ja: '一部の売上が確定しました。', en: 'Part of the amount has been captured.' },
  refund_pending: {
    ja: '返金の結果を確認中です。もう一度返金しないでください。',
    en: 'The result of a refund is being checked. Do not refund again.',
  },
  movement_pending: {
    ja: '売上確定または取消の結果を確認中です。もう一度操作しないでください。',
    en: 'The result of a capture or cancellation is being checked. Do not repeat it.',
  },
  partially_refunded: { ja: '一部を返金しました。', en: 'Part of the amount has been refunded.' },
  refunded: { ja: '全額を返金しました。', en: 'The whole amount has been refunded.' },
  voided: {
    ja: '取消が完了しました。お客様への請求はありません。',
    en: 'Cancelled. The customer is not charged.',
  },
  expired: {
    ja: '時間切れのため終了しました。請求はされていません。',
    en: 'Ended because the time was over. Nothing was charged.',
  },
  declined: DECLINE_TEXTS.general,
  offline_accepted: {
    ja: 'オフラインで承認しました。通信の回復後に送信します。',
    en: 'Accepted offline. It is sent when the connection is back.',
  },
  offline_lost: {
    ja: 'オフライン取引がカード会社で承認されませんでした。本部へご連絡ください。',
    en: 'The offline transaction was refused later. Please tell the head office.',
  },
  never_seen: {
    ja: 'このお取引はまだ届いていません。後から届くことがあります。もう一度確認するか、取り消してからやり直してください。',
    en: 'This order has not arrived; it may still be on its way. Ask again, or cancel it before you take the payment anew.',
  },
  burned: {
    ja: 'このお取引番号は無効にしました。請求はされていません。新しい番号でやり直してください。',
    en: 'This reference is closed. Nothing was charged. Take the payment anew under another reference.',
  },
} as const satisfies Record<string, CashierText>;

export type CashierCode = keyof typeof CASHIER_TEXTS;

/** Shown at the till as it is. */
export interface CashierState {
  readonly code: string;
  readonly message_ja: string;
  readonly message_en: string;
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
  if (code !== 'declined') return state(code, CASHIER_TEXTS[code], code === 'voided' || code === 'expired');
  const rule = declineRule(view.actionCode, view.reason);
  return state(rule.code, DECLINE_TEXTS[rule.text], rule.retrySameCard);
}

/** What the clerk is told about a reference without a payment. */
export function unseenCashierState(status: 'never_seen' | 'burned'): CashierState {
  return state(status, CASHIER_TEXTS[status], status === 'burned');
}

function codeOf(view: Seen): CashierCode {
  if (SETTLED_UNCHARGED.includes(view.status) && view.customerCharged !== 'no') return 'unknown';
  if (view.attempts.some(({ status }) => status === 'in_doubt')) return 'in_doubt';
  if (view.cancelRequested && (view.status === 'processing' || view.status === 'unknown')) return 'cancelling';
  const pending = pendingMovement(view);
  if (pending !== undefined) return pending;
  return isPartlyApproved(view) ? 'partially_approved' : BY_STATUS[view.status];
}

/** The issuer allowed less than the till asked for: goods for the whole amount must not leave the shop. */
function isPartlyApproved({ status, amountMinor, authorizedMinor }: Seen): boolean {
  return (status === 'authorized' || status === 'captured') && authorizedMinor > 0 && authorizedMinor < amountMinor;
}

/** A capture, void or refund without an answer outranks the state that the payment keeps meanwhile. */
function pendingMovement({ pendingUnknown, attempts }: Seen): CashierCode | undefined {
  const pending = attempts.filter(({ id }) => pendingUnknown.includes(id)).map(({ kind }) => kind);
  if (pending.includes('refund')) return 'refund_pending';
  return pending.includes('capture') || pending.includes('void') ? 'movement_pending' : undefined;
}

function state(code: string, text: CashierText, mayRetryCard: boolean): CashierState {
  return { code, message_ja: text.ja, message_en: text.en, may_retry_card: mayRetryCard };
}
