import type { CardDisplay } from '@tsunagu/contracts';

/** Cards whose first six digits lie between two numbers, inclusive, and what their issuer is. */
export interface IssuerRange {
  readonly from: string;
  readonly to: string;
  /** ISO 3166-1 alpha-2. */
  readonly country: string;
  /** In which the account is billed; null where the source does not say. */
  readonly currency: CardDisplay['currency'];
  readonly funding: Exclude<CardDisplay['funding'], 'unknown'>;
  readonly issuerName: string;
}

/** All ranges that hold from a day on, until the next version. Versions are added, never edited. */
export interface IssuerTable {
  readonly version: string;
  /** First day, `YYYY-MM-DD` UTC. */
  readonly validFrom: string;
  readonly source: string;
  readonly ranges: readonly IssuerRange[];
}

type Row = readonly [bin: string, country: string, currency: IssuerRange['currency'], funding: IssuerRange['funding']];

const SANDBOX: readonly Row[] = [
  ['353011', 'JP', 'JPY', 'credit'],
  ['356600', 'JP', 'JPY', 'credit'],
  ['411111', 'JP', 'JPY', 'credit'],
  ['555555', 'JP', 'JPY', 'credit'],
  ['378282', 'JP', 'JPY', 'credit'],
  ['305693', 'JP', 'JPY', 'credit'],
  ['400005', 'JP', 'JPY', 'debit'],
  ['510510', 'JP', 'JPY', 'prepaid'],
  ['620000', 'CN', 'CNY', 'debit'],
  ['424242', 'US', 'USD', 'credit'],
  ['430002', 'FR', 'EUR', 'credit'],
  ['520474', 'DE', 'EUR', 'debit'],
  ['412332', 'KR', 'KRW', 'credit'],
  ['401288', 'KW', 'KWD', 'credit'],
];

/**
 * What is known of the cards of the sandbox. A house in the field gets the table of its acquirer as a further version: the brands
 * sell theirs and forbid to publish it.
 */
export const ISSUER_TABLES: readonly IssuerTable[] = [
  {
    version: '2026-11',
    validFrom: '2020-01-01',
    source:
      'Published test numbers of the brands and of payment service providers. Country and currency of 424242, 430002, 520474 and 412332 as their publishers give them (multi-currency test lists); of the others as this sandbox plays them.',
    ranges: SANDBOX.map(([bin, country, currency, funding]) => ({
      from: bin,
      to: bin,
      country,
      currency,
      funding,
      issuerName: `TEST ISSUER ${country}`,
    })),
  },
];
