import { TSN93_DOMESTIC_CODE, TSN93_POS_LETTERS, type Tsn93Profile } from '../tsn93/tsn93-profile.js';

/** A domestic acquirer that passes Visa, Mastercard, Amex, Diners and Discover on; account type left to the issuer. */
export const ACQUIRER: Tsn93Profile = {
  name: 'acq',
  version: '2026-11',
  source: 'reference/iso8583-1993.md §5, §6, §12',
  accountTypes: { purchase: '0000', refund: '0000' },
  tags: { plan: true, slip: true, unionPayOperation: false, conversion: true },
  posLetters: TSN93_POS_LETTERS,
  cancelRefusals: [],
  domesticCode: TSN93_DOMESTIC_CODE,
};
