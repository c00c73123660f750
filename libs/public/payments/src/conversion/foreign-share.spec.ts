import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PaymentError } from '../payment-error.js';
import { aRecord } from '../testing/a-record.js';
import { noConversion } from './start-conversion.js';
import { foreignPartMinor, shareMinor, withRefunded } from './foreign-share.js';

function paid(amountMinor: number, foreignMinor: number, capturedMinor = amountMinor) {
  const dcc = { ...noConversion('unavailable'), status: 'accepted', currency: 'USD', foreignMinor } as const;
  return { ...aRecord().payment, amountMinor, authorizedMinor: capturedMinor, capturedMinor, dcc };
}

type Payment = ReturnType<typeof aRecord>['payment'];

/** The payment after this part went back. */
function refunded(payment: Payment, part: number): Payment {
  const share = foreignPartMinor(payment, part)!;
  return { ...payment, refundedMinor: payment.refundedMinor + part, dcc: withRefunded(payment.dcc!, share) };
}

/** Refund these parts one after another; what each gave back in the holder's currency. */
function refundAll(amountMinor: number, foreignMinor: number, parts: readonly number[]): number[] {
  let payment: Payment = paid(amountMinor, foreignMinor);
  return parts.map((part) => {
    const before = payment.dcc!.refundedForeignMinor;
    payment = refunded(payment, part);
    return payment.dcc!.refundedForeignMinor - before;
  });
}

describe('a refund in the currency of the card', () => {
  it.each([
    [15_000, 10_068, [5_000, 5_000, 5_000], [3_356, 3_356, 3_356]],
    [10_000, 10_001, [3_333, 3_333, 3_334], [3_333, 3_333, 3_335]],
    [3, 100, [1, 1, 1], [33, 33, 34]],
    [1_000, 30_953, [500, 500], [15_477, 15_476]],
  ])('of %i yen for %i gives %j back as %j', (amount, foreign, parts, shares) => {
    expect(refundAll(amount, foreign, parts)).toEqual(shares);
  });

  it('sums exactly to what was paid however the sale is split', () => {
    const split = fc.record({
      amount: fc.integer({ min: 1, max: 999_999_999_999 }),
      foreign: fc.integer({ min: 1, max: 999_999_999_999 }),
      parts: fc.array(fc.double({ min: 0.0001, max: 0.9999, noNaN: true }), { maxLength: 12 }),
    });
    fc.assert(
      fc.property(split, ({ amount, foreign, parts }) => {
        let payment: Payment = paid(amount, foreign);
        for (const part of parts) {
          const left = amount - payment.refundedMinor;
          const asked = Math.floor(part * left);
          // Too small a part is refused: the merchant gives back more at once.
          if (asked > 0 && isWorthSomething(payment, asked)) payment = refunded(payment, asked);
          expect(payment.dcc!.refundedForeignMinor).toBeLessThan(foreign);
        }
        payment = refunded(payment, amount - payment.refundedMinor);
        expect(payment.dcc!.refundedForeignMinor).toBe(foreign);
      }),
      { numRuns: 300 },
    );
  });

  it('always leaves something for the last part, and refuses a part that is worth nothing', () => {
    expect(() => refundAll(1_000, 2, [1, 999])).toThrow('positive number');
    expect(refundAll(10, 3, [4, 5, 1])).toEqual([1, 1, 1]); // 5/10 of 3 would be 2 and leave nothing
  });

  it('of a sale that was approved in part goes by what was captured', () => {
    const payment = paid(10_000, 6_713, 5_000);
    expect(foreignPartMinor(payment, 5_000)).toBe(3_357);
  });

  it('is a share rounded half up', () => {
    expect([shareMinor(1, 1, 2), shareMinor(1, 1, 3), shareMinor(999_999_999_999, 1, 999_999_999_999)]).toEqual([
      1, 0, 1,
    ]);
  });

  it('is none of a sale in yen', () => {
    expect(foreignPartMinor({ ...aRecord().payment, capturedMinor: 1_500 }, 500)).toBeUndefined();
  });
});

function isWorthSomething(payment: Payment, part: number): boolean {
  try {
    return foreignPartMinor(payment, part)! > 0;
  } catch (error) {
    if (error instanceof PaymentError) return false;
    throw error;
  }
}
