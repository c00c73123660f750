import type { CardBrand } from '@tsunagu/contracts';
import type { Payment, PaymentRecord } from '../payment-record.js';
import { methodRule, type MethodRule } from './method-rules.js';

/** The network of the application that was chosen on the card; of its number where nobody chose. */
export function brandOf({ presentment, card }: Pick<Payment, 'presentment' | 'card'>): CardBrand {
  const chosen = presentment?.application?.brand ?? 'unknown';
  return chosen === 'unknown' ? card.brand : chosen;
}

/** The rule that this payment was taken under: of its method, its brand, its business date, and the acquirer that approved it. */
export function ruleOf({ payment, attempts }: PaymentRecord): MethodRule {
  const charge = attempts.find(({ kind, network }) => (kind === 'auth' || kind === 'sale') && network !== null);
  const { method, businessDate: date } = payment;
  return methodRule({ method, brand: brandOf(payment), acquirer: charge?.network?.link, date });
}
