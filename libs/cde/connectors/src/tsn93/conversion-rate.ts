const RATE_DIGITS = 7;

/**
 * A conversion rate (fields 9 and 10): number of decimals n1, then seven digits. As many decimals as fit; what does not fit is rounded
 * half up, so the amount in field 6 binds and not the product.
 * @param rate decimal text, one unit of the currency of field 49 in units of the other one, both major
 * @returns undefined when it is no rate, is zero within seven decimals, or has more than seven digits before the point
 * @source iso8583-1993.md §10.7
 * @example conversionRate('0.00665') // '70066500'
 */
export function conversionRate(rate: string): string | undefined {
  const [, whole = '', part = ''] = /^(\d{1,12})(?:\.(\d{1,18}))?$/.exec(rate) ?? [];
  const digits = whole.replace(/^0+/, '');
  for (let decimals = RATE_DIGITS - digits.length; whole !== '' && decimals >= 0; decimals -= 1) {
    const kept = BigInt(whole + part.slice(0, decimals).padEnd(decimals, '0'));
    const rounded = kept + (Number(part[decimals] ?? '0') >= 5 ? 1n : 0n);
    const written = String(rounded).padStart(RATE_DIGITS, '0');
    if (written.length === RATE_DIGITS) return rounded === 0n ? undefined : `${decimals}${written}`; // else a digit was carried over
  }
  return undefined;
}
