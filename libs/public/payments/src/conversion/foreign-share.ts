import { invariant } from '@tsunagu/kernel';
import type { Payment } from '../payment-record.js';
import { PaymentError } from '../payment-error.js';
import type { Conversion } from './conversion.js';

/** A part of an amount in the proportion of two others, rounded half up. Whole numbers all the way; minor units. */
export function shareMinor(totalMinor: number, partMinor: number, wholeMinor: number): number {
  invariant(wholeMinor > 0, 'a share is a share of something');
  const twice = 2n * BigInt(totalMinor) * BigInt(partMinor) + BigInt(wholeMinor);
  return Number(twice / (2n * BigInt(wholeMinor)));
}

/** What the holder paid in his own currency, minor units; of a partial approval its share. Undefined when he paid in the local one. */
export function foreignPaidMinor({
  dcc,
  amountMinor,
  capturedMinor,
}: Pick<Payment, 'dcc' | 'amountMinor' | 'capturedMinor'>): number | undefined {
  if (dcc?.status !== 'accepted' || dcc.foreignMinor === null) return undefined;
  return capturedMinor < amountMinor ? shareMinor(dcc.foreignMinor, capturedMinor, amountMinor) : dcc.foreignMinor;
}

/**
 * What goes back in the holder's currency with a refund of a part, at the rate of the sale. The last part takes what is left, so the
 * parts always sum to what was paid; every earlier one leaves something for it.
 *
 * @param payment before the part is reserved
 * @param partMinor of the captured amount, local minor units
 * @returns minor units of the holder's currency; undefined when the sale was in the local currency
 * @throws PaymentError `amount_invalid` the part is worth nothing in that currency: a larger part goes
 * @source payment-features.md §5.7: round(total_dcc × part / total), last partial takes the remainder
 */
export function foreignPartMinor(payment: Payment, partMinor: number): number | undefined {
  const paidMinor = foreignPaidMinor(payment);
  if (paidMinor === undefined || payment.dcc === null) return undefined;
  const { capturedMinor, refundedMinor, refundPendingMinor } = payment;
  const leftMinor = paidMinor - payment.dcc.refundedForeignMinor;
  if (refundedMinor + refundPendingMinor + partMinor >= capturedMinor) return leftMinor;
  const foreignMinor = Math.min(shareMinor(paidMinor, partMinor, capturedMinor), leftMinor - 1);
  if (foreignMinor < 1) throw new PaymentError('amount_invalid');
  return foreignMinor;
}

/** The snapshot after so much went back, or (negative) was not taken after all. */
export function withRefunded(dcc: Conversion, foreignMinor: number): Conversion {
  return { ...dcc, refundedForeignMinor: dcc.refundedForeignMinor + foreignMinor };
}
