import type { TillLanguage } from '@tsunagu/kernel';
import { DECLINE_ACT_NAMES, DECLINE_CLASS_NAMES, type RawCode } from '../declines/decline-rule.js';
import { declineRule } from '../declines/decline-rules.js';
import { CASHIER_DECLINE_WORDS, CUSTOMER_DECLINE_WORDS } from '../declines/decline-words.js';
import { issuerMessageOf, rawCodeOf } from '../declines/raw-code.js';
import type { PaymentView } from '../payment-api.js';
import type { DeclineResponse, RawCodeResponse } from './words.response.js';

/** A code as it came; what we read beside it stays inside. */
export function presentRawCode(raw: RawCode | null): RawCodeResponse | null {
  return raw === null ? null : { source: raw.source, code: raw.code };
}

/** Why a payment was declined, in words for the clerk and for the customer; null: it was not. */
export function presentDecline(view: PaymentView, language: TillLanguage): DeclineResponse | null {
  if (view.status !== 'declined') return null;
  const raw = rawCodeOf(view);
  const rule = declineRule(raw, view.reason);
  return {
    code: rule.code,
    category: rule.category,
    class: DECLINE_CLASS_NAMES[rule.class],
    act: DECLINE_ACT_NAMES[rule.acts[0]],
    network_code: view.actionCode,
    raw: presentRawCode(raw),
    issuer_message: issuerMessageOf(view),
    retry_same_card: rule.retrySameCard,
    cashier_message: CASHIER_DECLINE_WORDS[rule.cashier][language],
    customer_message: CUSTOMER_DECLINE_WORDS[rule.customer][language],
    customer_messages: { ...CUSTOMER_DECLINE_WORDS[rule.customer] },
    next_action: rule.advice,
  };
}
