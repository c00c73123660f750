import { invariant } from './app-error.js';

/** Largest amount of one movement in minor units: 12 digits, the width of ISO 8583 field 4. */
export const AMOUNT_MINOR_MAX = 999_999_999_999;

/** Currencies we take: ISO 4217 alpha code → numeric code and exponent (decimals of the minor unit). @source ISO 4217:2015 */
export const CURRENCIES = {
  JPY: { numeric: '392', exponent: 0 },
  USD: { numeric: '840', exponent: 2 },
  EUR: { numeric: '978', exponent: 2 },
  GBP: { numeric: '826', exponent: 2 },
  CNY: { numeric: '156', exponent: 2 },
  HKD: { numeric: '344', exponent: 2 },
  TWD: { numeric: '901', exponent: 2 },
  KRW: { numeric: '410', exponent: 0 },
  THB: { numeric: '764', exponent: 2 },
  SGD: { numeric: '702', exponent: 2 },
  AUD: { numeric: '036', exponent: 2 },
  KWD: { numeric: '414', exponent: 3 },
} as const satisfies Record<string, { numeric: string; exponent: number }>;

export type CurrencyCode = keyof typeof CURRENCIES;

/** Whether the text is a currency this house knows. */
export function isCurrency(code: string): code is CurrencyCode {
  return Object.hasOwn(CURRENCIES, code);
}

/** An amount that moves: an integer count of minor units, 1 to 12 digits, never negative. */
export interface Money {
  readonly amountMinor: number;
  readonly currency: CurrencyCode;
}

/** @throws InvariantError not an integer between `min` and {@link AMOUNT_MINOR_MAX} */
export function checkAmountMinor(amountMinor: number, min = 0): number {
  invariant(
    Number.isSafeInteger(amountMinor) && amountMinor >= min && amountMinor <= AMOUNT_MINOR_MAX,
    'an amount is an integer of at most 12 digits',
  );
  return amountMinor;
}

/** Text for people, e.g. `¥1,500` or `USD 12.00`; never parsed. */
export function displayAmount(money: Money): string {
  const { exponent } = CURRENCIES[money.currency];
  const digits = String(money.amountMinor).padStart(exponent + 1, '0');
  const major = digits.slice(0, digits.length - exponent).replace(/\B(?=(\d{3})+$)/g, ',');
  const text = exponent === 0 ? major : `${major}.${digits.slice(-exponent)}`;
  return money.currency === 'JPY' ? `¥${text}` : `${money.currency} ${text}`;
}
