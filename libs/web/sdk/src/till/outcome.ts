import type { Intent, IntentAction } from '../journal/journal.js';
import type { Silence } from '../transport/transport.js';
import type { Payment, Refund } from '../wire/types.js';

/** Why it is not known how something ended. */
export type WhyUnknown =
  /** Nobody answered in time; what was sent may have arrived. */
  | Silence
  /** The gateway has it and is still finding out. */
  | 'still_open'
  /** Repair is exhausted; a person of the payment centre decides. */
  | 'in_doubt';

/** How a purchase ended. `charged` and `not_charged` are said only when the gateway has proved it. */
export type Outcome =
  | { readonly result: 'charged'; readonly payment: Payment }
  /** The payment is null when the purchase never reached the gateway, and now never can. */
  | { readonly result: 'not_charged'; readonly payment: Payment | null }
  /** The purchase waits for the customer: `payment.required_action` says for what. Nothing is charged yet. */
  | { readonly result: 'action_required'; readonly payment: Payment }
  | {
      readonly result: 'unknown';
      readonly why: WhyUnknown;
      /** As last seen; null when no answer named it. */
      readonly payment: Payment | null;
      /** Null when only the payment's id is known. */
      readonly clientReference: string | null;
    };

/** How a movement on an earlier payment ended: a capture, a refund, a cancel … */
export type Movement =
  | { readonly result: 'done'; readonly payment: Payment; readonly refund: Refund | null }
  /** The card company said no: nothing has moved. */
  | { readonly result: 'not_done'; readonly payment: Payment; readonly refund: Refund | null }
  | {
      readonly result: 'unknown';
      readonly why: WhyUnknown;
      readonly payment: Payment | null;
      readonly refund: Refund | null;
    };

/** What `resume` finished. */
export interface Resumed {
  readonly action: IntentAction;
  readonly ending: Outcome | Movement;
}

/** The till has something unfinished: it must be resumed or given up before anything new. */
export class UnfinishedError extends Error {
  constructor(readonly intent: Intent) {
    super(
      `an earlier request (${intent.action}, ${intent.startedAt}) is unfinished: resume it or give it up before a new one`,
    );
    this.name = 'UnfinishedError';
  }
}

const OPEN_ATTEMPTS: readonly string[] = ['created', 'sending', 'sent_unknown'];
const UNDONE: readonly string[] = ['voided', 'declined', 'expired'];

/** Nothing about this payment can still change by itself. */
export function isSettled(payment: Payment): boolean {
  const isCanceling = payment.cancel_requested && !UNDONE.includes(payment.status);
  return (
    payment.final &&
    !isCanceling &&
    payment.pending_unknown.length === 0 &&
    payment.refunds.every(({ final }) => final) &&
    payment.attempts.every(({ status }) => !OPEN_ATTEMPTS.includes(status))
  );
}

/** Whether the customer has to do something before it goes on. */
export const awaitsCustomer = ({ status }: Payment): boolean => status === 'requires_action';

/** What a till may say about a payment. */
export function outcomeOf(payment: Payment): Outcome {
  const { customer_charged: charged, client_reference: clientReference } = payment;
  if (awaitsCustomer(payment)) return { result: 'action_required', payment };
  if (!isSettled(payment)) return { result: 'unknown', why: 'still_open', payment, clientReference };
  if (charged === 'yes') return { result: 'charged', payment };
  if (charged === 'no') return { result: 'not_charged', payment };
  return { result: 'unknown', why: 'in_doubt', payment, clientReference };
}
