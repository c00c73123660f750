import { LANES, type CardBrand } from '@tsunagu/contracts';
import { describe, expect, it } from 'vitest';
import { METHOD_TABLES, captureMaxMinor, methodRule, type MethodRule } from './method-rules.js';

const BRANDS: readonly CardBrand[] = ['jcb', 'visa', 'mastercard', 'amex', 'diners', 'discover', 'unionpay', 'unknown'];
const date = '2026-11-23';

describe('rules of methods', () => {
  it('has a rule for every method and brand, and a source for every rule', () => {
    const rules = LANES.flatMap((method) => BRANDS.map((brand) => methodRule({ method, brand, date })));
    expect(rules).toHaveLength(LANES.length * BRANDS.length);
    const rows = METHOD_TABLES.flatMap((table) => table.rows);
    expect(new Set(rows.map(({ id }) => id)).size).toBe(rows.length);
    for (const { source } of rows) expect(source).toMatch(/§/);
  });

  it.each([
    [100, 115],
    [1, 1],
    [7, 8],
    [13, 14],
    [10_000, 11_500],
    [999_999_999_999, 1_149_999_999_998],
  ])('lets a UnionPay pre-authorization of %i be completed up to %i', (authorized, cap) => {
    expect(captureMaxMinor(methodRule({ method: 'unionpay', brand: 'unionpay', date }), authorized)).toBe(cap);
  });

  it('gives UnionPay its seven operations, once and without plans, increases or conversion', () => {
    const rule = methodRule({ method: 'unionpay', brand: 'unionpay', date });
    expect(rule.operations).toHaveLength(7);
    expect(rule).toMatchObject({ captureTimes: 1, validityDays: 30, canIncrement: false, plans: false, dcc: false });
    expect(rule.captureCancel).toBe('same_business_day');
  });

  it('lets no other card be captured beyond what was authorized, or its capture be cancelled', () => {
    for (const brand of BRANDS.filter((one) => one !== 'unionpay')) {
      const rule = methodRule({ method: 'credit', brand, date });
      expect(captureMaxMinor(rule, 10_001)).toBe(10_001);
      expect(rule.captureCancel).toBe('never');
    }
  });

  it('says the same about increases in the operations and in the flag', () => {
    for (const { rows } of METHOD_TABLES)
      for (const row of rows) {
        expect(row.operations.includes('increase')).toBe(row.canIncrement);
        expect(row.operations.includes('cancel_capture')).toBe(row.captureCancel !== 'never');
      }
  });

  it('takes the row of the acquirer that has one of its own, and the version of the day', () => {
    const plain = methodRule({ method: 'credit', brand: 'visa', date });
    const own: MethodRule = { ...plain, id: 'own', acquirers: ['acq2'], captureTimes: 1 };
    const tables = [
      { version: 'a', validFrom: '2020-01-01', rows: [plain] },
      { version: 'b', validFrom: '2026-11-01', rows: [plain, own] },
    ];
    const ask = (acquirer: string | undefined, on: string) =>
      methodRule({ method: 'credit', brand: 'visa', acquirer, date: on }, tables).id;
    expect(ask('acq2', '2026-11-01')).toBe('own');
    expect(ask('acq2', '2026-10-31')).toBe(plain.id);
    expect(ask('acq', '2026-11-01')).toBe(plain.id);
    expect(ask(undefined, '2019-01-01')).toBe(plain.id);
  });
});
