import { describe, expect, it } from 'vitest';
import { bytesOf, hexOf } from '../hex.js';
import { HsmError } from '../provider/hsm-error.js';
import { AES_USAGE, aesWorkingKey } from './aes-dukpt.js';
import { Ksn } from './ksn.js';
import { tdesWorkingKey } from './tdes-dukpt.js';

describe('AES DUKPT', () => {
  it('refuses a working key that is stronger than its base key', () => {
    const ksn = Ksn.parse('AES-DUKPT', '123456789012345600000001')!;
    expect(() => aesWorkingKey(Buffer.alloc(16, 1), ksn, AES_USAGE.dataEncrypt, 'AES256')).toThrow(HsmError);
  });
});

describe('TDES DUKPT', () => {
  it('knows the two other data keys of old terminal families', () => {
    const key = bytesOf('042666B49184CFA368DE9628D0397BC9');
    expect(hexOf(tdesWorkingKey(key, 'dataRequest', 'pin-variant'))).toBe(hexOf(tdesWorkingKey(key, 'pin')));
    expect(hexOf(tdesWorkingKey(key, 'dataRequest', 'variant-only'))).toBe('042666B4917BCFA368DE9628D0C67BC9');
  });
});

describe('key serial numbers', () => {
  it.each([
    ['AES-DUKPT', '1234567890123456'],
    ['TDES-DUKPT', 'FFFF9876543210E00000'],
  ] as const)('lead back the way they came (%s), and say how many are left', (scheme, id) => {
    let ksn = Ksn.of(scheme, id, 1)!;
    expect(ksn.previous()).toBeNull();
    for (let count = 1; count < 3000; count += 1) {
      const next = ksn.next()!;
      expect([next.previous()?.hex, next.remaining]).toEqual([ksn.hex, ksn.remaining - 1]);
      ksn = next;
    }
    const last = Ksn.of(scheme, id, scheme === 'AES-DUKPT' ? 0xffff0000 : 0x1ff800)!;
    expect([last.next(), last.remaining]).toEqual([null, 0]);
    expect(Ksn.of(scheme, id, 0)!.remaining).toBe(last.rank);
  });

  it('fills a number of 8 bytes with FF on the left', () => {
    expect(Ksn.parse('TDES-DUKPT', '9876543210E00001')?.hex).toBe('FFFF9876543210E00001');
  });

  it('ranks counters by how many usable ones come before them', () => {
    const rank = (scheme: 'AES-DUKPT' | 'TDES-DUKPT', id: string, counter: number): number =>
      Ksn.of(scheme, id, counter)!.rank;
    expect(rank('AES-DUKPT', '1234567890123456', 0xffff0000)).toBe(2_448_023_842);
    expect(rank('TDES-DUKPT', 'FFFF9876543210E00000', 0x1ff800)).toBe(1_048_575);
    let ksn = Ksn.of('TDES-DUKPT', 'FFFF9876543210E00000', 1)!;
    for (let expected = 1; expected < 5000; expected += 1) {
      expect(ksn.rank).toBe(expected);
      ksn = ksn.next()!;
    }
  });

  it.each(['', '12', '12345678901234560000000', 'zz3456789012345600000001', '1234567890123456000000011'])(
    'refuses %s',
    (text) => {
      expect(Ksn.parse('AES-DUKPT', text)).toBeUndefined();
      expect(Ksn.parse('TDES-DUKPT', text)).toBeUndefined();
    },
  );
});
