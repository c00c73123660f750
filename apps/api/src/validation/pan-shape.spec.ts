import { describe, expect, it } from 'vitest';
import { holdsCardNumber } from './pan-shape.js';

/** Published test numbers of the brands. */
const TEST_NUMBERS = ['4111111111111111', '5555555555554444', '2223003122003222', '378282246310005', '3530111333300000', '30569309025904', '6011111111111117', '6200000000000005']; // prettier-ignore

describe('a text of the merchant', () => {
  it('is refused when it holds a card number of any brand, also in groups and inside other text', () => {
    for (const number of TEST_NUMBERS) {
      const grouped = number.replaceAll(/(.{4})/g, '$1 ').trim();
      expect([number, holdsCardNumber(number), holdsCardNumber(`no. ${grouped}.`)]).toEqual([number, true, true]);
    }
  });

  it('is accepted when its number is an order number, a time or a UUID', () => {
    const good = ['4111111111111112', '20261122000012345', '1795000000000', '0193a1c2-7f10-7c3e-9b1a-5d2e8f4a6b01', 'a4111111-1111-1111-9111-b00000000000', 'T0000001:20261122:00042:sale']; // prettier-ignore
    expect(good.filter(holdsCardNumber)).toEqual([]);
  });

  it('takes linear time for a bait [G7]', () => {
    const bait = '4 '.repeat(30_000);
    expect(holdsCardNumber(bait)).toBe(false);
  });
});
