import type { SessionMethod } from './session-key.js';

/** How one cryptogram version is computed. A new version of an issuer is a new row. */
export interface CryptogramVersion {
  readonly session: SessionMethod;
  /** Tags in the order of the MAC, before the issuer's part. */
  readonly tags: readonly string[];
  /** What follows from tag 9F10: the card verification results alone (`bytes` from `start`), or all of it. */
  readonly issuerPart: 'whole' | { readonly start: number; readonly bytes: number };
  readonly padding: 1 | 2;
  readonly arpc: { readonly method: 1 | 2; readonly key: 'session' | 'master' };
}

/** Amount, other amount, country, TVR, currency, date, type, unpredictable number, AIP, ATC. */
const TAGS = ['9F02', '9F03', '9F1A', '95', '5F2A', '9A', '9C', '9F37', '82', '9F36'] as const;
/** 9F10 of Visa: length, key index, version, then 4 bytes of results. */
const VISA_CVR = { start: 3, bytes: 4 } as const;
/** 9F10 of M/Chip: key index, version, then 6 bytes of results. */
const MCHIP_CVR = { start: 2, bytes: 6 } as const;

const COMMON_WHOLE = {
  session: 'emv-common',
  tags: TAGS,
  issuerPart: 'whole',
  padding: 2,
  arpc: { method: 2, key: 'session' },
} as const;

/**
 * Cryptogram versions by name, as of 2026-11. 10 and 18 are decimal names (bytes 0A and 12 in 9F10), 22 is hexadecimal.
 * Not in the table: JCB 01 and 04 (none and common session keys, option A) and UnionPay, whose MAC data is in documents of the schemes.
 * @source card-crypto.md section 8; Visa VIS 1.5/1.6, M/Chip Advance; proved by the vectors `emv-cryptograms`
 */
export const CRYPTOGRAM_VERSIONS = {
  '10': {
    session: 'none',
    tags: TAGS,
    issuerPart: VISA_CVR,
    padding: 1,
    arpc: { method: 1, key: 'session' },
  },
  '18': COMMON_WHOLE,
  '22': COMMON_WHOLE,
  'mc-skd': {
    session: 'mastercard',
    tags: TAGS,
    issuerPart: MCHIP_CVR,
    padding: 2,
    arpc: { method: 1, key: 'master' },
  },
} as const satisfies Record<string, CryptogramVersion>;
