import { describe, expect, it } from 'vitest';
import { HsmError } from '../provider/hsm-error.js';
import { ff1Decrypt, ff1Encrypt } from './ff1.js';

const KEY = Buffer.alloc(16, 5);
const NONE = Buffer.alloc(0);
const digits = (text: string): Buffer => Buffer.from([...text].map(Number));

describe('format-preserving encryption', () => {
  it('leads back for every length, radix and tweak', () => {
    for (const radix of [2, 10, 26, 36, 256]) {
      for (let length = Math.ceil(6 / Math.log10(radix)); length <= 60; length += 7) {
        const plain = Buffer.from(Array.from({ length }, (_, i) => (i * 7 + length) % radix));
        const tweak = Buffer.alloc(length, radix);
        const cipher = ff1Encrypt(KEY, tweak, radix, plain);
        expect(cipher.every((numeral) => numeral < radix)).toBe(true);
        expect(cipher).not.toEqual(plain);
        expect(ff1Decrypt(KEY, tweak, radix, cipher)).toEqual(plain);
      }
    }
  });

  it('gives another value for another tweak', () => {
    const plain = digits('0123456789');
    expect(ff1Encrypt(KEY, Buffer.from([1]), 10, plain)).not.toEqual(ff1Encrypt(KEY, Buffer.from([2]), 10, plain));
  });

  it('refuses a domain under a million values: never fewer than six digits', () => {
    expect(ff1Encrypt(KEY, NONE, 10, digits('012345'))).toHaveLength(6);
    expect(() => ff1Encrypt(KEY, NONE, 10, digits('01234'))).toThrow(HsmError);
    expect(() => ff1Decrypt(KEY, NONE, 36, digits('012'))).toThrow(HsmError);
  });

  it.each([1, 0, -1, 1.5, 257, NaN])('refuses radix %s', (radix) => {
    expect(() => ff1Encrypt(KEY, NONE, radix, Buffer.alloc(30))).toThrow(HsmError);
  });

  it('refuses a numeral outside the radix, and a long tweak', () => {
    expect(() => ff1Encrypt(KEY, NONE, 10, Buffer.alloc(8, 10))).toThrow(HsmError);
    expect(() => ff1Encrypt(KEY, Buffer.alloc(257), 10, Buffer.alloc(8))).toThrow(HsmError);
  });
});
