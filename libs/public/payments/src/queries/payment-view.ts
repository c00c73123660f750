import { isOpen, isUnknown } from '../attempt/attempt-state.js';
import type { AttemptAnswer, AttemptView, PaymentView, RefundView, PaymentStatus } from '../payment-api.js';
import type { Attempt, Payment, PaymentRecord, Refund } from '../payment-record.js';
import { isSettled } from '../payment-state.js';
import { planOfAmount } from '../plans/plan-of-amount.js';
import { isOpenVoid } from '../reversal/order-void.js';
import { WRITTEN_OFF } from '../resolution/written-off.js';
import { allowedActions } from './allowed-actions.js';

/** A record as the API shows it; everything that is not stored is computed here, from states alone. */
export function viewOf(record: PaymentRecord): PaymentView {
  const { payment, attempts, refunds } = record;
  return {
    ...shownFields(payment),
    plan: payment.plan === null ? null : planOfAmount(payment.plan, standingMinor(payment)),
    final: isFinal(record),
    customerCharged: customerCharged(record),
    allowedActions: allowedActions(record),
    pendingUnknown: attempts
      .filter((attempt) => isChild(attempt) && isUnknown(attempt.status))
      .map((attempt) => attempt.id),
    attempts: attempts.map(attemptView),
    refunds: refunds.map((refund) => refundView(payment, refund)),
    nextCheckAt: nextCheckAt(payment, attempts),
  };
}

/** Fields of the payment itself; the books' own columns stay inside. */
function shownFields(
  payment: Payment,
): Omit<
  Payment,
  'acceptor' | 'originNode' | 'cutOffMinutes' | 'capturePendingMinor' | 'captureTolerancePercent' | 'held'
> {
  const {
    acceptor: _acceptor,
    originNode: _node,
    cutOffMinutes: _cutOff,
    capturePendingMinor: _pending,
    captureTolerancePercent: _tolerance,
    held: _held,
    ...shown
  } = payment;
  return shown;
}

/** What the holder is to pay by this payment as it stands: what was captured, else what is authorized, else what was asked for. */
function standingMinor({ status, amountMinor, authorizedMinor, capturedMinor }: Payment): number {
  if (capturedMinor > 0) return capturedMinor;
  return status === 'authorized' ? authorizedMinor : amountMinor;
}

/** No money question is open: the state is an answer and no movement is under way. */
export function isFinal({ payment, attempts }: PaymentRecord): boolean {
  return isSettled(payment.status) && !attempts.some((attempt) => isOpen(attempt.status));
}

/** States that are an answer by themselves, or none. */
const CHARGED_BY_STATUS: Readonly<Partial<Record<PaymentStatus, PaymentView['customerCharged']>>> = {
  voided: 'no',
  refunded: 'no',
  requires_action: 'no',
  offline_lost: 'no',
  processing: 'unknown',
  unknown: 'unknown',
  offline_accepted: 'unknown',
};

/** Whether the cardholder's line is used by this payment at this moment. "No" is said only when it is proved. */
export function customerCharged({ payment, attempts }: PaymentRecord): PaymentView['customerCharged'] {
  const plain = CHARGED_BY_STATUS[payment.status];
  if (plain !== undefined) return plain;
  if (payment.status === 'declined') return payment.reason === WRITTEN_OFF ? 'unknown' : 'no';
  const isBeingReversed = attempts.some(isOpenVoid);
  // Of an authorization whose hold is being reversed nothing is proved until that is acknowledged.
  if (payment.status === 'expired') return isBeingReversed ? 'unknown' : 'no';
  return isBeingReversed || isWhollyPending(payment) ? 'unknown' : 'yes';
}

/** All of the money may be on its way back. */
function isWhollyPending(payment: Payment): boolean {
  const { capturedMinor, refundedMinor, refundPendingMinor } = payment;
  return refundPendingMinor > 0 && refundedMinor + refundPendingMinor === capturedMinor;
}

function nextCheckAt({ action }: Payment, attempts: readonly Attempt[]): Date | null {
  const due = attempts.flatMap((attempt) => (attempt.dueAt === null ? [] : [attempt.dueAt.getTime()]));
  if (action !== null) due.push(new Date(action.expiresAt).getTime());
  return due.length === 0 ? null : new Date(Math.min(...due));
}

function isChild(attempt: Attempt): boolean {
  return attempt.kind !== 'auth' && attempt.kind !== 'sale';
}

function attemptView(attempt: Attempt): AttemptView {
  const { id, kind, status, amountMinor, actionCode, approvalCode, reason, network, createdAt } = attempt;
  const foreignMinor = attempt.extra.foreignMinor ?? null;
  return { id, kind, status, amountMinor, actionCode, approvalCode, reason, network, foreignMinor, createdAt };
}

export function refundView(payment: Payment, refund: Refund): RefundView {
  const { id, paymentId, kind, status, amountMinor, attemptId, slipNo = null, createdAt } = refund;
  return { id, paymentId, kind, status, amountMinor, currency: payment.currency, attemptId, slipNo, createdAt };
}

/** Answer to "what became of my reference": the newest attempt, and what it means for the customer. */
export function attemptAnswer(clientReference: string, known: PaymentRecord | 'burned' | 'never_seen'): AttemptAnswer {
  if (typeof known === 'string') {
    return {
      clientReference,
      status: known,
      final: known === 'burned',
      // Never seen is no proof: the order may still be on its way here. A burned reference is one: it can never be used.
      customerCharged: known === 'burned' ? 'no' : 'unknown',
      allowedActions: known === 'burned' ? [] : ['ensure_cancelled'],
      nextCheckAt: null,
      payment: null,
    };
  }
  const payment = viewOf(known);
  return {
    clientReference,
    // A payment that ended while it waited for its till has no attempt: what it would have been was never sent.
    status: known.attempts.at(-1)?.status ?? (payment.final ? 'abandoned' : 'created'),
    final: payment.final,
    customerCharged: payment.customerCharged,
    allowedActions: payment.allowedActions,
    nextCheckAt: payment.nextCheckAt,
    payment,
  };
}
