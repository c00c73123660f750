import { TSN93_POS_LETTERS, type Tsn93Profile } from '../tsn93/tsn93-profile.js';

/** UnionPay behind the domestic switch: no Japanese plans, the operation named in UP01, online PIN as the rule. */
export const UNIONPAY: Tsn93Profile = {
  name: 'cup',
  version: '2026-11',
  source: 'reference/iso8583-1993.md §12, §18',
  accountTypes: { purchase: '0000', refund: '0000' },
  tags: { plan: false, slip: true, unionPayOperation: true, conversion: false },
  posLetters: TSN93_POS_LETTERS,
  cancelRefusals: ['1', '2', '902'],
  domesticCode: null,
};
