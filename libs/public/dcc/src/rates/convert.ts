import { CURRENCIES, invariant, type CurrencyCode } from '@tsunagu/kernel';

/** One to six digits, at most nine decimals. */
const RATE = /^(0|[1-9][0-9]{0,5})(?:\.([0-9]{1,9}))?$/;
/** What field 10 of the wire can say: seven digits and the place of the point. @source ISO 8583:1993, data element 10 */
const WIRE_DIGITS = 7;

/**
 * A rate as a whole number and its decimals: `0.0067123` is 67123 with 7.
 * @returns undefined for anything but a positive decimal text that the wire can carry exactly
 */
export function readRate(text: string): { readonly units: bigint; readonly decimals: number } | undefined {
  const match = RATE.exec(text);
  if (match === null) return undefined;
  const decimals = match[2]?.length ?? 0;
  const units = BigInt((match[1] ?? '') + (match[2] ?? ''));
  return units === 0n || units.toString().length > WIRE_DIGITS ? undefined : { units, decimals };
}

/**
 * An amount in another currency: amount × rate, rounded half up to the minor unit of that currency. Whole numbers all the way.
 *
 * @param from amount in minor units, and its currency
 * @param rate one unit of `from.currency` in units of `to`, decimal text
 * @returns minor units of `to`; may be more than a field of the wire holds
 * @throws InvariantError the rate is none (see {@link readRate})
 * @source payment-features.md §5.2: round(amount × rate, exponent of the currency)
 * @example convertMinor({ amountMinor: 15000, currency: 'JPY' }, '0.0067123', 'USD') // 10068: USD 100.68
 */
export function convertMinor(
  from: { readonly amountMinor: number; readonly currency: CurrencyCode },
  rate: string,
  to: CurrencyCode,
): bigint {
  const read = readRate(rate);
  invariant(read !== undefined, 'a rate is a positive decimal text');
  const product = BigInt(from.amountMinor) * read.units * 10n ** BigInt(CURRENCIES[to].exponent);
  const scale = 10n ** BigInt(read.decimals + CURRENCIES[from.currency].exponent);
  return (2n * product + scale) / (2n * scale);
}
