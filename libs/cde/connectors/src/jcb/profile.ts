import { TSN93_DOMESTIC_CODE, TSN93_POS_LETTERS, type Tsn93Profile } from '../tsn93/tsn93-profile.js';

/** JCB as issuer and network: credit accounts, Japanese payment plans and slip numbers. */
export const JCB: Tsn93Profile = {
  name: 'jcb',
  version: '2026-11',
  source: 'reference/iso8583-1993.md §5, §6, §12',
  accountTypes: { purchase: '3000', refund: '0030' },
  tags: { plan: true, slip: true, unionPayOperation: false, conversion: false },
  posLetters: TSN93_POS_LETTERS,
  cancelRefusals: [],
  domesticCode: TSN93_DOMESTIC_CODE,
};
