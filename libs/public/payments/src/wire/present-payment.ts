import { toWireId, type CurrencyCode, type TillLanguage } from '@tsunagu/kernel';
import type { CardDisplay } from '@tsunagu/contracts';
import type { SignatureMark } from '../signature/signature-api.js';
import type { AttemptAnswer, AttemptView, PaymentView, RefundView } from '../payment-api.js';
import { cashierState, unseenCashierState } from './cashier-state.js';
import { rawCodeOfAnswer } from '../declines/raw-code.js';
import { presentDecline, presentRawCode } from './present-decline.js';
import { presentMoney } from './present-money.js';
import { presentPlan } from './present-plan.js';
import { presentAction, presentConversion, presentPresentment } from './present-waiting.js';
import type {
  AttemptAnswerResponse,
  AttemptResponse,
  CardResponse,
  PaymentResponse,
  RefundResponse,
  SignatureResponse,
} from './payment.response.js';

/** Longest wait for the first outcome: the long-poll timer of a till. @source payment-features.md §2.1 */
const FIRST_OUTCOME_MS = 55_000;
const POLL_PROCESSING_MS = 500;
const POLL_UNKNOWN_MS = 2_000;

/** For whom an object is written. */
interface WireReader {
  /** Of the sentences in `decline`; `cashier_state` always carries every language. */
  readonly language: TillLanguage;
  /** Whether this house moves real money. */
  readonly isLive: boolean;
}

/**
 * A payment as every client sees it: replies of the API and snapshots inside webhooks are this one object.
 */
export function presentPayment(view: PaymentView, reader: WireReader): PaymentResponse {
  const money = (amountMinor: number) => presentMoney(amountMinor, view.currency);
  const isProcessing = view.status === 'processing' || view.status === 'requires_action';
  return {
    id: toWireId('pay', view.id),
    object: 'payment',
    livemode: reader.isLive,
    status: view.status,
    reason: view.reason,
    final: view.final,
    customer_charged: view.customerCharged,
    kind: view.kind,
    method: view.method,
    client_reference: view.clientReference,
    store_id: toWireId('str', view.storeId),
    terminal_id: toWireId('trm', view.terminalId),
    money: money(view.amountMinor),
    authorized: money(view.authorizedMinor),
    captured: money(view.capturedMinor),
    refunded: money(view.refundedMinor),
    refund_pending: money(view.refundPendingMinor),
    payment_plan: presentPlan(view.plan, view.currency),
    card: presentCard(view.card),
    token: view.tokenId === null ? null : toWireId('tok', view.tokenId),
    entry_mode: view.entryMode,
    presentment: presentPresentment(view),
    required_action: presentAction(view),
    dcc: presentConversion(view),
    approval_source: view.approvalSource,
    signature: presentSignature(view.signature ?? null),
    expires_at: view.expiresAt?.toISOString() ?? null,
    approval_code: view.approvalCode,
    emv_response: view.emvResponse,
    slip_no: view.slipNo,
    clerk: view.clerk,
    metadata: { ...view.metadata },
    cancel_requested: view.cancelRequested,
    attempts: view.attempts.map((attempt) => presentAttempt(attempt, view.currency)),
    refunds: view.refunds.map((refund) => presentRefund(refund, reader)),
    pending_unknown: view.pendingUnknown.map((id) => toWireId('att', id)),
    sequence: view.sequence,
    business_date: view.businessDate,
    cashier_state: cashierState(view),
    allowed_actions: [...view.allowedActions],
    decline: presentDecline(view, reader.language),
    next_check_at: view.nextCheckAt?.toISOString() ?? null,
    poll_after_ms: pollAfterMs(view.final, view.status),
    deadline: isProcessing ? new Date(view.createdAt.getTime() + FIRST_OUTCOME_MS).toISOString() : null,
    created_at: view.createdAt.toISOString(),
    updated_at: view.updatedAt.toISOString(),
  };
}

function presentSignature(mark: SignatureMark | null): SignatureResponse | null {
  return mark === null ? null : { received_at: mark.receivedAt.toISOString(), sha256: mark.sha256 };
}

/** One try to move money, with the reference that finds it in the issuer's books. */
export function presentAttempt(attempt: AttemptView, currency: CurrencyCode): AttemptResponse {
  const { network } = attempt;
  return {
    id: toWireId('att', attempt.id),
    object: 'attempt',
    kind: attempt.kind,
    status: attempt.status,
    money: presentMoney(attempt.amountMinor, currency),
    action_code: attempt.actionCode,
    raw_code: presentRawCode(rawCodeOfAnswer(network?.answer, attempt.actionCode)),
    approval_code: attempt.approvalCode,
    reason: attempt.reason,
    network_reference:
      network === null
        ? null
        : { link: network.link, rrn: network.rrn, stan: network.stan, local_time: network.localTime },
    created_at: attempt.createdAt.toISOString(),
  };
}

/** 取消 takes the sale off the holder's statement; 返品 is a line of its own there. @source payment-features.md §1.4, §10 */
const REFUND_KIND_WORDS = {
  torikeshi: { ja: '取消', en: 'Cancellation' },
  henpin: { ja: '返品', en: 'Refund' },
} as const;

export function presentRefund(refund: RefundView, { isLive }: Pick<WireReader, 'isLive'>): RefundResponse {
  const final = refund.status === 'approved' || refund.status === 'declined';
  return {
    id: toWireId('ref', refund.id),
    object: 'refund',
    livemode: isLive,
    payment: toWireId('pay', refund.paymentId),
    kind: refund.kind,
    kind_display: REFUND_KIND_WORDS[refund.kind],
    status: refund.status,
    final,
    money: presentMoney(refund.amountMinor, refund.currency),
    slip_no: refund.slipNo ?? null,
    attempt: toWireId('att', refund.attemptId),
    poll_after_ms: pollAfterMs(final, refund.status),
    created_at: refund.createdAt.toISOString(),
  };
}

/** Where the newest attempt of a client reference stands, also when the reference was never seen. */
export function presentAttemptAnswer(answer: AttemptAnswer, reader: WireReader): AttemptAnswerResponse {
  return {
    object: 'attempt_answer',
    client_reference: answer.clientReference,
    status: answer.status,
    final: answer.final,
    customer_charged: answer.customerCharged,
    cashier_state:
      answer.payment === null
        ? unseenCashierState(answer.status === 'burned' ? 'burned' : 'never_seen')
        : cashierState(answer.payment),
    allowed_actions: [...answer.allowedActions],
    next_check_at: answer.nextCheckAt?.toISOString() ?? null,
    poll_after_ms: pollAfterMs(answer.final, answer.status),
    payment: answer.payment === null ? null : presentPayment(answer.payment, reader),
  };
}

function presentCard(card: CardDisplay | null): CardResponse | null {
  if (card === null) return null;
  return {
    brand: card.brand,
    bin6: card.bin6,
    last4: card.last4,
    exp_month: card.expMonth,
    exp_year: card.expYear,
    issuer_name: card.issuerName,
    funding: card.funding,
    country: card.country,
    wallet: null,
  };
}

function pollAfterMs(final: boolean, status: string): number | null {
  if (final) return null;
  return status === 'unknown' || status === 'sent_unknown' || status === 'in_doubt'
    ? POLL_UNKNOWN_MS
    : POLL_PROCESSING_MS;
}
