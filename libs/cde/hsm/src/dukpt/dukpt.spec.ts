import { describe, expect, it } from 'vitest';
import { ecbEncrypt, encryptData } from '../cipher/block-cipher.js';
import { computeMac } from '../mac/mac.js';
import { decipherFormat4, decodePinBlock, panField16 } from '../pin/pin-block.js';
import { HsmError } from '../provider/hsm-error.js';
import { bytesOf, hexOf, vectorCases } from '../vector-cases.js';
import {
  AES_USAGE,
  aesInitialKey,
  aesTransactionKey,
  aesUpdateKey,
  aesWorkingKey,
  type DerivedType,
} from './aes-dukpt.js';
import { Ksn } from './ksn.js';
import { tdesInitialKey, tdesTransactionKey, tdesWorkingKey, type TdesUse } from './tdes-dukpt.js';

interface AesCase {
  id: string;
  bdk: string;
  initialKeyId: string;
  ik: string;
  ksn: string;
  transactionCounter: number;
  txnKey: string;
  updateKey: { keyType: DerivedType; key: string };
  workingKeys: { usage: keyof typeof AES_USAGE; keyType: DerivedType; key: string }[];
  pin: { keyType: DerivedType; pin: string; pan: string; panField: string; encrypted: string };
  mac: { keyType: DerivedType; message: string; request: string; response: string };
  hmac: { keyType: DerivedType; message: string; request: string; response: string };
  data: { keyType: DerivedType; iv: string; plain: string; requestCipher: string; responseCipher: string };
}

describe('AES DUKPT', () => {
  it.each(vectorCases<AesCase>('aes-dukpt'))('derives every key of published case $id', (one) => {
    const ksn = Ksn.parse('AES-DUKPT', one.ksn)!;
    expect([ksn.initialKeyId, ksn.counter]).toEqual([one.initialKeyId, one.transactionCounter]);
    const initialKey = aesInitialKey(bytesOf(one.bdk), ksn.initialKeyId);
    expect(hexOf(initialKey)).toBe(one.ik);
    const transactionKey = aesTransactionKey(initialKey, ksn.initialKeyId, ksn.counter);
    expect(hexOf(transactionKey)).toBe(one.txnKey);
    expect(hexOf(aesUpdateKey(initialKey, ksn.initialKeyId, one.updateKey.keyType))).toBe(one.updateKey.key);
    for (const { usage, keyType, key } of one.workingKeys) {
      expect(hexOf(aesWorkingKey(transactionKey, ksn, AES_USAGE[usage], keyType)), usage).toBe(key);
    }
  });

  it.each(vectorCases<AesCase>('aes-dukpt'))('protects PIN, messages and data as in published case $id', (one) => {
    const ksn = Ksn.parse('AES-DUKPT', one.ksn)!;
    const work = (usage: keyof typeof AES_USAGE, type: DerivedType): Buffer =>
      aesWorkingKey(bytesOf(one.txnKey), ksn, AES_USAGE[usage], type);
    const pan = Buffer.from(one.pin.pan);
    expect(hexOf(panField16(pan))).toBe(one.pin.panField);
    const pin = decipherFormat4(work('pinEncryption', one.pin.keyType), bytesOf(one.pin.encrypted), pan);
    expect([...pin].join('')).toBe(one.pin.pin);
    for (const [usage, mac, hmac] of [
      ['macGeneration', one.mac.request, one.hmac.request],
      ['macVerification', one.mac.response, one.hmac.response],
    ] as const) {
      expect(hexOf(computeMac('AES-CMAC-16', work(usage, one.mac.keyType), bytesOf(one.mac.message)))).toBe(mac);
      expect(hexOf(computeMac('HMAC-SHA256', work(usage, one.hmac.keyType), bytesOf(one.hmac.message)))).toBe(hmac);
    }
    const input = { mode: 'CBC', iv: bytesOf(one.data.iv), data: bytesOf(one.data.plain) } as const;
    expect(hexOf(encryptData('AES', work('dataEncrypt', one.data.keyType), input))).toBe(one.data.requestCipher);
    expect(hexOf(encryptData('AES', work('dataDecrypt', one.data.keyType), input))).toBe(one.data.responseCipher);
  });

  it.each(
    vectorCases<{ id: string; ik: string; initialKeyId: string; keyType: DerivedType; updateKey: string }>(
      'aes-dukpt-update-keys',
    ),
  )('derives the update key of published case $id', ({ ik, initialKeyId, keyType, updateKey }) => {
    expect(hexOf(aesUpdateKey(bytesOf(ik), initialKeyId, keyType))).toBe(updateKey);
  });

  it('refuses a working key that is stronger than its base key', () => {
    const ksn = Ksn.parse('AES-DUKPT', '123456789012345600000001')!;
    expect(() => aesWorkingKey(Buffer.alloc(16, 1), ksn, AES_USAGE.dataEncrypt, 'AES256')).toThrow(HsmError);
  });
});

interface TdesCase {
  id: string;
  bdk: string;
  ksn: string;
  ik: string;
  txnKey: string;
  workingKeys: Record<TdesUse, string>;
  pin: { pin: string; pan: string; clearBlock: string; encrypted: string };
  mac: { message: string; requestMac4: string; responseMac4: string; requestCmac8: string; responseCmac8: string };
  data: { iv: string; plain: string; requestCipher: string; responseCipher: string };
}

describe('TDES DUKPT', () => {
  it.each(vectorCases<TdesCase>('tdes-dukpt'))('derives every key of published case $id', (one) => {
    const ksn = Ksn.parse('TDES-DUKPT', one.ksn)!;
    const initialKey = tdesInitialKey(bytesOf(one.bdk), ksn);
    expect(hexOf(initialKey)).toBe(one.ik);
    const transactionKey = tdesTransactionKey(initialKey, ksn);
    expect(hexOf(transactionKey)).toBe(one.txnKey);
    const keys = Object.keys(one.workingKeys) as TdesUse[];
    expect(Object.fromEntries(keys.map((use) => [use, hexOf(tdesWorkingKey(transactionKey, use))]))).toEqual(
      one.workingKeys,
    );
  });

  it.each(vectorCases<TdesCase>('tdes-dukpt'))(
    'protects PIN, messages and data as in published case $id',
    ({ txnKey, pin, mac, data }) => {
      const key = (use: TdesUse): Buffer => tdesWorkingKey(bytesOf(txnKey), use);
      expect(hexOf(ecbEncrypt('TDES', key('pin'), bytesOf(pin.clearBlock)))).toBe(pin.encrypted);
      expect([...decodePinBlock(0, bytesOf(pin.clearBlock), Buffer.from(pin.pan))].join('')).toBe(pin.pin);
      const message = bytesOf(mac.message);
      expect(hexOf(computeMac('RETAIL-4', key('macRequest'), message))).toBe(mac.requestMac4);
      expect(hexOf(computeMac('RETAIL-4', key('macResponse'), message))).toBe(mac.responseMac4);
      expect(hexOf(computeMac('TDES-CMAC-8', key('macRequest'), message))).toBe(mac.requestCmac8);
      expect(hexOf(computeMac('TDES-CMAC-8', key('macResponse'), message))).toBe(mac.responseCmac8);
      const input = { mode: 'CBC', iv: bytesOf(data.iv), data: bytesOf(data.plain) } as const;
      expect(hexOf(encryptData('TDES', key('dataRequest'), input))).toBe(data.requestCipher);
      expect(hexOf(encryptData('TDES', key('dataResponse'), input))).toBe(data.responseCipher);
    },
  );

  it('knows the two other data keys of old terminal families', () => {
    const key = bytesOf('042666B49184CFA368DE9628D0397BC9');
    expect(hexOf(tdesWorkingKey(key, 'dataRequest', 'pin-variant'))).toBe(hexOf(tdesWorkingKey(key, 'pin')));
    expect(hexOf(tdesWorkingKey(key, 'dataRequest', 'variant-only'))).toBe('042666B4917BCFA368DE9628D0C67BC9');
  });
});

describe('key serial numbers', () => {
  interface KsnCase {
    id: string;
    scheme: 'AES' | 'TDES';
    ksn: string;
    counter: number;
    valid: boolean;
    next: string | null;
  }

  it.each(vectorCases<KsnCase>('ksn-counters'))(
    'counts as in published case $id',
    ({ scheme, ksn: text, counter, valid, next }) => {
      const ksn = Ksn.parse(`${scheme}-DUKPT`, text)!;
      expect([ksn.counter, ksn.isUsable, ksn.next()?.hex ?? null]).toEqual([counter, valid, next]);
    },
  );

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
