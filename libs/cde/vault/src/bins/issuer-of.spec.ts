import { describe, expect, it } from 'vitest';
import { issuerOf } from './issuer-of.js';
import { ISSUER_TABLES, type IssuerTable } from './issuer-ranges.js';

const range = (from: string, to: string, country: string) =>
  ({ from, to, country, currency: 'USD', funding: 'credit', issuerName: country }) as const;
const TABLES: readonly IssuerTable[] = [
  { version: 'old', validFrom: '2026-01-01', source: 'a spec', ranges: [range('400000', '499999', 'US')] },
  {
    version: 'new',
    validFrom: '2026-06-01',
    source: 'a spec',
    ranges: [range('400000', '499999', 'CA'), range('412000', '412999', 'MX')],
  },
];

describe('the issuer of a card', () => {
  it('is that of the narrowest range', () => {
    expect(issuerOf('412345', undefined, TABLES)).toMatchObject({ country: 'MX' });
    expect(issuerOf('413000', undefined, TABLES)).toMatchObject({ country: 'CA' });
  });

  it('is judged by the table of the day', () => {
    expect(issuerOf('412345', new Date('2026-05-31T23:59:59Z'), TABLES)).toMatchObject({ country: 'US' });
    expect(issuerOf('412345', new Date('2026-06-01T00:00:00Z'), TABLES)).toMatchObject({ country: 'MX' });
    expect(issuerOf('412345', new Date('2025-12-31T00:00:00Z'), TABLES)).toMatchObject({ country: null });
  });

  it('is not guessed for a card in no range', () => {
    expect(issuerOf('999999')).toEqual({ funding: 'unknown', country: null, currency: null, issuerName: null });
  });

  it('covers currencies of 0, 2 and 3 decimals in the table of the sandbox', () => {
    expect(['412332', '424242', '401288'].map((bin) => issuerOf(bin).currency)).toEqual(['KRW', 'USD', 'KWD']);
    expect(issuerOf('411111')).toMatchObject({ country: 'JP', currency: 'JPY', funding: 'credit' });
  });

  it.each(ISSUER_TABLES.map((table) => [table.version, table] as const))('is of whole rows in table %s', (_, table) => {
    expect(table.source).not.toBe('');
    for (const { from, to, country } of table.ranges) {
      expect([from, to, country].join(' ')).toMatch(/^\d{6} \d{6} [A-Z]{2}$/);
      expect(to >= from).toBe(true);
    }
  });
});
