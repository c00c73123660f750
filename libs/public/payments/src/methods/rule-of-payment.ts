import type { PaymentRecord } from '../payment-record.js';
import { methodRule, type MethodRule } from './method-rules.js';

/** The rule that this payment was taken under: of its method, its brand, its business date, and the acquirer that approved it. */
export function ruleOf({ payment, attempts }: PaymentRecord): MethodRule {
  const charge = attempts.find(({ kind, network }) => (kind === 'auth' || kind === 'sale') && network !== null);
  const { method, card, businessDate: date } = payment;
  return methodRule({ method, brand: card.brand, acquirer: charge?.network?.link, date });
}
