import { IllegalTransitionError, PaymentError, type PaymentErrorCode } from './payment-error.js';
import type { PaymentRecord } from './payment-record.js';
import { viewOf } from './queries/payment-view.js';
import type { Decide } from './store/payment-store.js';

/** Refusals that speak of the state of the payment: whoever gets one wants to know what is possible instead. */
const OF_STATE: ReadonlySet<PaymentErrorCode> = new Set<PaymentErrorCode>([
  'state_conflict',
  'amount_exceeds_refundable',
  'amount_exceeds_authorized',
  'already_captured',
  'plan_needs_whole_refund',
]);

/** A decision whose refusals say `current_status` and `allowed_actions` of the record that it was made on. */
export function explaining(decide: Decide): Decide {
  return (record) => {
    try {
      return decide(record);
    } catch (error) {
      throw explained(error, record);
    }
  };
}

/** The error to throw instead: the same refusal with both facts, unless it knows better what is possible. `allowed_actions`: words with spaces between. */
export function explained(error: unknown, record: PaymentRecord): unknown {
  const code = error instanceof IllegalTransitionError ? 'state_conflict' : codeOf(error);
  if (code === undefined) return error;
  const facts = error instanceof PaymentError ? error.facts : {};
  const { status: current_status, allowedActions } = viewOf(record);
  return new PaymentError(code, { allowed_actions: allowedActions.join(' '), ...facts, current_status });
}

function codeOf(error: unknown): PaymentErrorCode | undefined {
  return error instanceof PaymentError && OF_STATE.has(error.code) ? error.code : undefined;
}
