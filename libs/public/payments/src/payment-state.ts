import type { PaymentStatus } from './payment-api.js';
import { IllegalTransitionError } from './payment-error.js';

/** What can happen to a payment. */
export type PaymentTrigger =
  | 'approveAuth'
  | 'approveSale'
  | 'decline'
  | 'requireAction'
  | 'resume'
  | 'timeOut'
  | 'lose'
  | 'increase'
  | 'capturePart'
  | 'captureFinal'
  | 'release'
  | 'void'
  | 'expire'
  | 'refundPart'
  | 'refundFull'
  | 'forwardApprove'
  | 'forwardDecline';

/** One line of the table: the number is that of the specification, so that an expert can lay both side by side. */
export interface PaymentTransition {
  readonly row: number;
  readonly from: PaymentStatus;
  readonly trigger: PaymentTrigger;
  readonly to: PaymentStatus;
  /** Event told to the merchant; null: nothing to tell. */
  readonly event: string | null;
}

/**
 * Every legal move of a payment. Rows 1, 2 and 22 make a payment and are no moves; 7 tells nothing.
 * @source payment-features.md §1.3
 */
// prettier-ignore
export const PAYMENT_TABLE: readonly PaymentTransition[] = [
  { row: 3,  from: 'processing',         trigger: 'approveAuth',    to: 'authorized',         event: 'payment.authorized' },
  { row: 4,  from: 'processing',         trigger: 'approveSale',    to: 'captured',           event: 'payment.captured' },
  // 5 declined; 24 not_sent and no further attempt; 26 approved but reversed: `reason` tells them apart
  { row: 5,  from: 'processing',         trigger: 'decline',        to: 'declined',           event: 'payment.declined' },
  { row: 6,  from: 'processing',         trigger: 'requireAction',  to: 'requires_action',    event: 'payment.action_required' },
  { row: 7,  from: 'requires_action',    trigger: 'resume',         to: 'processing',         event: null },
  { row: 8,  from: 'requires_action',    trigger: 'timeOut',        to: 'expired',            event: 'payment.expired' },
  { row: 9,  from: 'processing',         trigger: 'lose',           to: 'unknown',            event: 'payment.unknown' },
  { row: 10, from: 'unknown',            trigger: 'approveAuth',    to: 'authorized',         event: 'payment.resolved' },
  { row: 10, from: 'unknown',            trigger: 'approveSale',    to: 'captured',           event: 'payment.resolved' },
  { row: 11, from: 'unknown',            trigger: 'decline',        to: 'declined',           event: 'payment.resolved' },
  { row: 12, from: 'authorized',         trigger: 'increase',       to: 'authorized',         event: 'payment.authorization_increased' },
  { row: 13, from: 'authorized',         trigger: 'capturePart',    to: 'partially_captured', event: 'payment.partially_captured' },
  { row: 13, from: 'partially_captured', trigger: 'capturePart',    to: 'partially_captured', event: 'payment.partially_captured' },
  { row: 14, from: 'authorized',         trigger: 'captureFinal',   to: 'captured',           event: 'payment.captured' },
  { row: 14, from: 'partially_captured', trigger: 'captureFinal',   to: 'captured',           event: 'payment.captured' },
  { row: 15, from: 'authorized',         trigger: 'void',           to: 'voided',             event: 'payment.voided' },
  { row: 16, from: 'partially_captured', trigger: 'release',        to: 'captured',           event: 'payment.released' },
  { row: 17, from: 'authorized',         trigger: 'expire',         to: 'expired',            event: 'payment.expired' },
  // 18 cancel (取消); 27 system reversal (障害取消), with a reason
  { row: 18, from: 'captured',           trigger: 'void',           to: 'voided',             event: 'payment.voided' },
  { row: 19, from: 'captured',           trigger: 'refundPart',     to: 'partially_refunded', event: 'payment.partially_refunded' },
  { row: 19, from: 'partially_refunded', trigger: 'refundPart',     to: 'partially_refunded', event: 'payment.partially_refunded' },
  { row: 19, from: 'captured',           trigger: 'refundFull',     to: 'refunded',           event: 'payment.refunded' },
  { row: 19, from: 'partially_refunded', trigger: 'refundFull',     to: 'refunded',           event: 'payment.refunded' },
  { row: 20, from: 'offline_accepted',   trigger: 'forwardApprove', to: 'captured',           event: 'payment.captured' },
  { row: 21, from: 'offline_accepted',   trigger: 'forwardDecline', to: 'offline_lost',       event: 'payment.offline_declined' },
  { row: 23, from: 'offline_accepted',   trigger: 'void',           to: 'voided',             event: 'payment.voided' },
  { row: 25, from: 'processing',         trigger: 'void',           to: 'voided',             event: 'payment.voided' },
  { row: 25, from: 'requires_action',    trigger: 'void',           to: 'voided',             event: 'payment.voided' },
];

const MOVES = new Map(PAYMENT_TABLE.map((move) => [`${move.from} ${move.trigger}`, move]));

/** @throws IllegalTransitionError the table has no such move */
export function advancePayment(from: PaymentStatus, trigger: PaymentTrigger): PaymentTransition {
  const move = MOVES.get(`${from} ${trigger}`);
  if (move === undefined) throw new IllegalTransitionError(from, trigger);
  return move;
}

const UNSETTLED: ReadonlySet<PaymentStatus> = new Set(['processing', 'requires_action', 'unknown', 'offline_accepted']);

/** Whether the state itself is an answer; movements still under way are the attempts' matter. */
export function isSettled(status: PaymentStatus): boolean {
  return !UNSETTLED.has(status);
}
