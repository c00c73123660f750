import { describe, expect, it } from 'vitest';
import { applicationOf } from './applications.js';

describe('applications of cards', () => {
  it.each([
    ['A000000333010101', 'unionpay', 7],
    ['a000000333010102', 'unionpay', 7],
    ['A0000003330101030001', 'unionpay', 7],
    ['A0000000031010', 'visa', 3],
    ['A000000003101001', 'visa', 3],
    ['A0000000041010', 'mastercard', 2],
    ['A0000000651010', 'jcb', 5],
    ['A000000025010402', 'amex', 4],
  ])('knows %s as %s, kernel %i', (aid, brand, kernel) => {
    expect(applicationOf(aid)).toMatchObject({ brand, kernel });
  });

  it.each(['', 'A000000333', 'A0000000030000', 'D3920000011010'])('leaves %j to the number of the card', (aid) => {
    expect(applicationOf(aid)).toBeUndefined();
  });
});
