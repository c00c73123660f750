import type { HqOutcome } from '@tsunagu/contracts';
import type { PaymentStatus, PaymentView } from '@tsunagu/payments';

const NOTHING = { actionCode: null, approvalCode: null, approvedMinor: null, emvResponse: null } as const;

/** A card that its network does not want to see again: refused by us, in the network's word. */
const EXCEEDS_FREQUENCY = '123';

/** A reference that no payment has, and none will have. */
export const UNSEEN: HqOutcome = { ...NOTHING, state: 'undone' };

/** How far a payment has come, as the wire can tell it: a yes that is on its way back is none. */
const CHARGE: Readonly<Record<PaymentStatus, HqOutcome['state']>> = {
  requires_action: 'open',
  processing: 'open',
  unknown: 'open',
  offline_accepted: 'open',
  declined: 'declined',
  offline_lost: 'declined',
  voided: 'undone',
  expired: 'undone',
  authorized: 'approved',
  partially_captured: 'approved',
  captured: 'approved',
  partially_refunded: 'approved',
  refunded: 'approved',
};

/** What a payment's first charge came to. */
export function paymentOutcome(view: PaymentView): HqOutcome {
  const { actionCode, approvalCode, emvResponse, reason } = view;
  const state = CHARGE[view.status];
  if (state === 'approved')
    return { state, actionCode, approvalCode, emvResponse, approvedMinor: view.authorizedMinor };
  if (state !== 'declined') return { ...NOTHING, state };
  if (reason === 'reversed' || reason === 'not_processed') return { ...NOTHING, state: 'undone' };
  if (reason === 'retry_limit') return { ...NOTHING, state, actionCode: EXCEEDS_FREQUENCY };
  return { ...NOTHING, state, actionCode, emvResponse }; // the issuer's word, or ours in its place: a listed card
}

/** What one capture or refund of a payment came to. Without an attempt of its own it was done inside the house. */
export function movementOutcome(view: PaymentView, attemptId: string | undefined): HqOutcome {
  const attempt = view.attempts.find(({ id }) => id === attemptId);
  if (attempt === undefined) return { ...NOTHING, state: 'approved' };
  const { actionCode, approvalCode } = attempt;
  switch (attempt.status) {
    case 'approved':
    case 'reversed': // a refund of the whole that went out as a reversal of the sale
      return { ...NOTHING, state: 'approved', actionCode, approvalCode, approvedMinor: attempt.amountMinor };
    case 'declined':
    case 'abandoned':
    case 'written_off':
      return { ...NOTHING, state: 'declined', actionCode };
    default:
      return { ...NOTHING, state: 'open' };
  }
}
