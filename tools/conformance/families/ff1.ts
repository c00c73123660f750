import { HsmError, ff1Decrypt, ff1Encrypt } from '@tsunagu/hsm/primitives';
import type { Family } from '../family.js';
import { CaseFailure, refuses, same } from '../vector-case.js';

const ALPHABET = '0123456789abcdefghijklmnopqrstuvwxyz';

/** Format-preserving encryption, both ways. */
export const ff1: Family = {
  name: 'ff1',
  recognises: (one) => one.has('radix') && one.has('tweak'),
  async run(one) {
    const radix = one.count('radix');
    if (radix < 2 || radix > ALPHABET.length) throw new CaseFailure('radix has no alphabet here');
    const [key, tweak] = [one.bytes('key'), one.bytes('tweak')];
    const plain = numerals(one.text('plain'));
    if (!one.isAccepted) {
      one.skip('cipher');
      await refuses(() => ff1Encrypt(key, tweak, radix, plain), [HsmError]);
      return 'passed';
    }
    const cipher = one.text('cipher').toLowerCase();
    same('cipher', textOf(ff1Encrypt(key, tweak, radix, plain)), cipher);
    same('plain', ff1Decrypt(key, tweak, radix, numerals(cipher)), plain);
    return 'passed';
  },
};

function numerals(text: string): Buffer {
  return Buffer.from(
    [...text.toLowerCase()].map((character) => {
      const value = ALPHABET.indexOf(character);
      if (value < 0) throw new CaseFailure('a character is no numeral');
      return value;
    }),
  );
}

function textOf(bytes: Buffer): string {
  return [...bytes].map((value) => ALPHABET[value]).join('');
}
