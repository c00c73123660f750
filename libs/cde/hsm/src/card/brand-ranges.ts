import type { CardBrand } from '@tsunagu/contracts';

/** PANs whose leading digits lie between two prefixes of one length, inclusive. */
export interface BrandRange {
  readonly brand: CardBrand;
  readonly from: string;
  readonly to: string;
  /** Lengths that such a PAN may have. */
  readonly digits: readonly [min: number, max: number];
  /** Networks that take the card as well, by agreement between the brands; routing may choose them. */
  readonly alsoOn?: readonly CardBrand[];
  /** First day of the range, and the day after its last; absent = before this table began, and open. */
  readonly validFrom?: string;
  readonly validUntil?: string;
}

/**
 * Built-in brand ranges, only the fallback: routing follows the BIN table of the tenant's contract. The narrower range wins.
 * 622126-622925 is shared between Discover and UnionPay and routed in Japan as UnionPay; Diners Club cards also run on Discover.
 *
 * Version 2026-11. @source ISO/IEC 7812 practice, checked against the vectors `pan-brands`; Mastercard announced 2221-2720 for
 * 2016-10-14
 */
export const BRAND_RANGES: readonly BrandRange[] = [
  { brand: 'visa', from: '4', to: '4', digits: [13, 19] },
  { brand: 'mastercard', from: '51', to: '55', digits: [16, 16] },
  { brand: 'mastercard', from: '2221', to: '2720', digits: [16, 16], validFrom: '2016-10-14' },
  { brand: 'jcb', from: '3528', to: '3589', digits: [16, 19] },
  { brand: 'amex', from: '34', to: '34', digits: [15, 15] },
  { brand: 'amex', from: '37', to: '37', digits: [15, 15] },
  { brand: 'diners', from: '300', to: '305', digits: [14, 19], alsoOn: ['discover'] },
  { brand: 'diners', from: '36', to: '36', digits: [14, 19], alsoOn: ['discover'] },
  { brand: 'diners', from: '38', to: '39', digits: [14, 19], alsoOn: ['discover'] },
  { brand: 'unionpay', from: '62', to: '62', digits: [16, 19] },
  { brand: 'unionpay', from: '622126', to: '622925', digits: [16, 19], alsoOn: ['discover'] },
  { brand: 'unionpay', from: '81', to: '81', digits: [16, 19] },
  { brand: 'discover', from: '6011', to: '6011', digits: [16, 19] },
  { brand: 'discover', from: '644', to: '649', digits: [16, 19] },
  { brand: 'discover', from: '65', to: '65', digits: [16, 19] },
];
