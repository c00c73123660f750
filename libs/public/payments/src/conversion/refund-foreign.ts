import type { ChangeDraft } from '../change-draft.js';
import type { Attempt, AttemptExtra } from '../payment-record.js';
import { foreignPaidMinor, foreignPartMinor, withRefunded } from './foreign-share.js';

/** Reserve the holder's currency of a refund. Called before the local amount is reserved. @throws PaymentError `amount_invalid` */
export function reserveForeign(draft: ChangeDraft, partMinor: number): { readonly extra?: AttemptExtra } {
  const foreignMinor = foreignPartMinor(draft.payment, partMinor);
  if (foreignMinor === undefined) return {};
  moveRefunded(draft, foreignMinor);
  return { extra: { foreignMinor } };
}

/** A refund that came to nothing gives its reservation back. */
export function freeForeign(draft: ChangeDraft, { extra }: Attempt): void {
  if (extra.foreignMinor !== undefined) moveRefunded(draft, -extra.foreignMinor);
}

/** A sale that is taken back whole is taken back in both currencies. @source payment-features.md §5.7 */
export function voidForeign(draft: ChangeDraft): void {
  const paidMinor = foreignPaidMinor(draft.payment);
  if (paidMinor !== undefined) moveRefunded(draft, paidMinor - (draft.payment.dcc?.refundedForeignMinor ?? 0));
}

function moveRefunded({ payment }: ChangeDraft, foreignMinor: number): void {
  if (payment.dcc !== null) payment.dcc = withRefunded(payment.dcc, foreignMinor);
}
