import type { TillPayment } from './payment.js';

/** A movement on a payment that the clerk can ask for. */
export type MovementName = 'capture' | 'cancel' | 'release' | 'refund';

/** What is left for a movement of a part, in minor units of the payment; undefined: it moves the whole and has no amount. */
export function mostOf(
  name: MovementName,
  { authorized, captured, refunded }: Pick<TillPayment, 'authorized' | 'captured' | 'refunded'>,
): number | undefined {
  if (name === 'capture') return authorized.amount - captured.amount;
  return name === 'refund' ? captured.amount - refunded.amount : undefined;
}

/** Why an amount cannot be asked for. The centre looks again, and decides. */
export type AmountFault = 'none' | 'too_much';

export function faultOf(amount: number, most: number | undefined): AmountFault | undefined {
  if (most === undefined) return undefined;
  if (amount < 1) return 'none';
  return amount > most ? 'too_much' : undefined;
}

/**
 * The order of a movement: without an amount when it is all that is left, so that the centre may choose 取消.
 * @source payment-features.md §1.4; api-conventions.md §5
 */
export function orderOf(
  name: MovementName,
  payment: Pick<TillPayment, 'authorized' | 'captured' | 'refunded' | 'money'>,
  amount: number,
): { readonly money?: { readonly amount: number; readonly currency: 'JPY' } } {
  const most = mostOf(name, payment);
  return most === undefined || amount === most ? {} : { money: { amount, currency: 'JPY' } };
}
