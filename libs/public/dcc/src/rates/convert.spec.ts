import fc from 'fast-check';
import { CURRENCIES, type CurrencyCode } from '@tsunagu/kernel';
import { describe, expect, it } from 'vitest';
import { convertMinor, readRate } from './convert.js';

const yen = (amountMinor: number) => ({ amountMinor, currency: 'JPY' as const });

describe('an amount in another currency', () => {
  it.each([
    [15_000, '0.0067123', 'USD', 10_068n],
    [15_000, '0.0020635', 'KWD', 30_953n],
    [15_000, '9.1234', 'KRW', 136_851n],
    [1, '0.0067123', 'USD', 1n],
    [1, '0.0009', 'USD', 0n],
    [100, '0.00125', 'EUR', 13n], // 12.5: half goes up
    [999_999_999_999, '9.999999', 'KRW', 9_999_998_999_990n],
  ] as const)('of %i yen at %s in %s is %s', (amount, rate, currency, expected) => {
    expect(convertMinor(yen(amount), rate, currency)).toBe(expected);
  });

  it('also leaves currencies with decimals', () => {
    expect(convertMinor({ amountMinor: 10_050, currency: 'USD' }, '148.35', 'JPY')).toBe(14_909n);
    expect(convertMinor({ amountMinor: 10_050, currency: 'USD' }, '0.30701', 'KWD')).toBe(30_855n); // 30.854505
  });

  it('is never further than half a unit from the exact product', () => {
    const codes = Object.keys(CURRENCIES) as CurrencyCode[];
    const rates = fc.tuple(fc.integer({ min: 1, max: 9_999_999 }), fc.integer({ min: 0, max: 7 })).map(text);
    fc.assert(
      fc.property(
        fc.integer({ min: 1, max: 999_999_999_999 }),
        rates,
        fc.constantFrom(...codes),
        (amount, rate, to) => {
          const read = readRate(rate)!;
          const scale = 10n ** BigInt(read.decimals);
          const exact = BigInt(amount) * read.units * 10n ** BigInt(CURRENCIES[to].exponent);
          const twice = 2n * (convertMinor(yen(amount), rate, to) * scale - exact);
          expect(twice <= scale && twice > -scale).toBe(true);
        },
      ),
      { numRuns: 200 },
    );
  });

  it('takes no rate that field 10 of the wire cannot say exactly', () => {
    for (const rate of ['', '0', '0.000', '-1', '1e3', '01.5', '1.', '.5', '12345678', '0.12345678', '1,5', ' 1'])
      expect([rate, readRate(rate)]).toEqual([rate, undefined]);
    expect(readRate('0.0067123')).toEqual({ units: 67123n, decimals: 7 });
    expect(readRate('148.3500')).toEqual({ units: 1483500n, decimals: 4 });
  });
});

function text([units, decimals]: [number, number]): string {
  const digits = String(units).padStart(decimals + 1, '0');
  const [whole, rest] = [digits.slice(0, digits.length - decimals), digits.slice(digits.length - decimals)];
  return decimals === 0 || whole.length > 6 ? String(Math.min(units, 999_999)) : `${whole}.${rest}`;
}
