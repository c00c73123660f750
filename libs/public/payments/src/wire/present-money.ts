import { displayAmount, type CurrencyCode } from '@tsunagu/kernel';
import type { MoneyResponse } from './payment.response.js';

/** An amount as every object of the API shows it. @param amountMinor minor units */
export function presentMoney(amountMinor: number, currency: CurrencyCode): MoneyResponse {
  return { amount: amountMinor, currency, amount_display: displayAmount({ amountMinor, currency }) };
}
