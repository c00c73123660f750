/** Who settles with the shop, and its three-digit code on slips (KID). */
export interface CardCompany {
  readonly name: string;
  readonly code: string | null;
}

/**
 * Link that carried the payment → card company. One code per acquirer; the real ones come with its contract, those of the sandbox are
 * made up.
 * @source payment-features.md §10
 */
export const CARD_COMPANIES = {
  version: '2026-11-23',
  rows: {
    jcb: { name: 'JCB', code: '102' },
    acq: { name: 'TSUNAGU TEST ACQUIRER', code: '901' },
    cup: { name: '銀聯 UnionPay', code: '801' },
  } as Readonly<Record<string, CardCompany>>,
} as const;

/** @returns null for a link without a row: the line is left out */
export function cardCompanyOf(link: string | null): CardCompany | null {
  return link !== null && Object.hasOwn(CARD_COMPANIES.rows, link) ? (CARD_COMPANIES.rows[link] ?? null) : null;
}
