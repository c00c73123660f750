import type { SubmitRequest } from '@tsunagu/contracts';
import { brandOf } from '../methods/rule-of-payment.js';
import { wirePlan } from '../plans/choose-plan.js';
import type { ClaimedAttempt } from '../store/payment-store.js';
import type { Attempt } from '../payment-record.js';
import { operationOf, wireFacts } from './wire-facts.js';

/** Local time in Japan as YYMMDDhhmmss. @source ISO 8583:1993, data element 12 */
export function localTime(at: Date): string {
  return new Date(at.getTime() + 9 * 3_600_000).toISOString().replace(/\D/g, '').slice(2, 14);
}

/** A charge that goes out again with a PIN is linked to its first attempt in our rows alone: for the issuer it follows nothing. */
function originalOf({ kind, originalAttemptId }: Attempt): Pick<SubmitRequest, 'originalAttemptId'> {
  return originalAttemptId === null || kind === 'sale' || kind === 'auth' ? {} : { originalAttemptId };
}

/** What the switch is asked for: made from rows alone, so every repeat is the same request. */
export function submitRequest(
  { payment, attempt }: ClaimedAttempt,
  operation: { readonly kind: Exclude<Attempt['kind'], 'void'>; readonly requestId: string },
): SubmitRequest {
  return {
    tenantId: payment.tenantId,
    attemptId: attempt.id,
    operation: operationOf(operation.kind, attempt),
    method: payment.method,
    amountMinor: attempt.amountMinor,
    currency: payment.currency,
    brand: brandOf(payment),
    bin6: payment.card.bin6,
    entryMode: payment.entryMode,
    acceptor: payment.acceptor,
    ...(payment.plan === null ? {} : { plan: wirePlan(payment.plan) }),
    ...wireFacts(payment, attempt),
    ...(payment.slipNo === null ? {} : { slipNo: payment.slipNo }),
    cardToken: payment.tokenId,
    envelope: attempt.envelope,
    ...originalOf(attempt),
    localTime: localTime(attempt.createdAt),
    requestId: operation.requestId,
  };
}
