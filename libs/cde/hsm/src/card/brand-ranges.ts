import type { CardBrand } from '@tsunagu/contracts';

/**
 * Built-in brand ranges, only the fallback: routing follows the BIN table of the tenant's contract.
 * A range is a pair of prefixes of one length (inclusive) with the PAN lengths it may have.
 * 622126-622925 is shared between Discover and UnionPay and routed in Japan as UnionPay.
 *
 * As of 2026-11. @source ISO/IEC 7812 practice, checked against the vectors `pan-brands`
 */
export const BRAND_RANGES: readonly {
  readonly brand: CardBrand;
  readonly from: string;
  readonly to: string;
  readonly digits: readonly [min: number, max: number];
}[] = [
  { brand: 'visa', from: '4', to: '4', digits: [13, 19] },
  { brand: 'mastercard', from: '51', to: '55', digits: [16, 16] },
  { brand: 'mastercard', from: '2221', to: '2720', digits: [16, 16] },
  { brand: 'jcb', from: '3528', to: '3589', digits: [16, 19] },
  { brand: 'amex', from: '34', to: '34', digits: [15, 15] },
  { brand: 'amex', from: '37', to: '37', digits: [15, 15] },
  { brand: 'diners', from: '300', to: '305', digits: [14, 19] },
  { brand: 'diners', from: '36', to: '36', digits: [14, 19] },
  { brand: 'diners', from: '38', to: '39', digits: [14, 19] },
  { brand: 'unionpay', from: '62', to: '62', digits: [16, 19] },
  { brand: 'unionpay', from: '81', to: '81', digits: [16, 19] },
  { brand: 'discover', from: '6011', to: '6011', digits: [16, 19] },
  { brand: 'discover', from: '644', to: '649', digits: [16, 19] },
  { brand: 'discover', from: '65', to: '65', digits: [16, 19] },
];

/** Brand of a PAN by its leading digits and length. @param pan ASCII digits */
export function brandOf(pan: Buffer): CardBrand {
  const start = pan.toString('latin1', 0, 4);
  const range = BRAND_RANGES.find(({ from, to, digits: [min, max] }) => {
    const prefix = start.slice(0, from.length);
    return prefix >= from && prefix <= to && pan.length >= min && pan.length <= max;
  });
  return range?.brand ?? 'unknown';
}
