import { createHmac } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { bytesOf, hexOf, vectorCases } from '../vector-cases.js';
import { cmac } from './cmac.js';
import { cbcMac, padForMac, retailMac, type MacPadding } from './iso9797.js';
import { kcvCmac, kcvEcb } from './kcv.js';

interface MacCase {
  id: string;
  alg: string;
  padding?: MacPadding;
  key: string;
  message: string;
  mac: string;
}

const BY_NAME: Record<string, (key: Buffer, message: Buffer, padding: MacPadding) => Buffer> = {
  'AES-CMAC': (key, message) => cmac('AES', key, message),
  'TDES-CMAC': (key, message) => cmac('TDES', key, message),
  'ISO9797-1-ALG1-TDES': (key, message, padding) => cbcMac('TDES', key, message, padding),
  'ISO9797-1-ALG1-AES': (key, message, padding) => cbcMac('AES', key, message, padding),
  'ISO9797-1-ALG3': retailMac,
  'HMAC-SHA256': (key, message) => createHmac('sha256', key).update(message).digest(),
};

describe('message authentication codes', () => {
  it.each(vectorCases<MacCase>('macs'))(
    'computes $alg of published case $id',
    ({ alg, key, message, padding, mac }) => {
      expect(hexOf(BY_NAME[alg]!(bytesOf(key), bytesOf(message), padding ?? 1))).toBe(mac);
    },
  );

  it('pads by each method of ISO 9797-1', () => {
    const message = bytesOf('0102030405060708');
    expect(hexOf(padForMac(message, 8, 1))).toBe('0102030405060708');
    expect(hexOf(padForMac(message, 8, 2))).toBe('01020304050607088000000000000000');
    expect(hexOf(padForMac(message, 8, 3))).toBe('00000000000000400102030405060708');
  });
});

interface KcvCase {
  id: string;
  algorithm: 'AES' | 'TDES';
  key: string;
  tdesLegacy3?: string;
  tdesCmac5?: string;
  aesCmac5?: string;
  aesEcb3?: string;
}

it.each(vectorCases<KcvCase>('kcv'))('computes the check values of published case $id', (one) => {
  const key = bytesOf(one.key);
  expect(kcvCmac(one.algorithm, key)).toBe(one.aesCmac5 ?? one.tdesCmac5);
  expect(kcvEcb(one.algorithm, key)).toBe(one.aesEcb3 ?? one.tdesLegacy3);
});
