import type { BaseCiphers } from '../cipher/base-ciphers.js';
import { HsmError } from '../provider/hsm-error.js';
import type { Dukpt, KeyType, MacAlg } from '../provider/hsm-provider.js';
import {
  AES_USAGE,
  aesInitialKey,
  aesTransactionKey,
  aesWorkingKey,
  type AesUsage,
  type DerivedType,
} from './aes-dukpt.js';
import { Ksn } from './ksn.js';
import { tdesInitialKey, tdesTransactionKey, tdesWorkingKey, type TdesUse } from './tdes-dukpt.js';

/** What a working key is for. */
export type DukptUse = 'data' | 'mac' | 'pin';

type Direction = Dukpt['variant'];
type WorkingKeyChoice = Pick<Dukpt, 'scheme' | 'keyType' | 'variant' | 'tdesDataKey'>;

const AES_CODE: Readonly<Record<DukptUse, Readonly<Record<Direction, keyof typeof AES_USAGE>>>> = {
  data: { request: 'dataEncrypt', response: 'dataDecrypt', both: 'dataBothWays' },
  mac: { request: 'macGeneration', response: 'macVerification', both: 'macBothWays' },
  pin: { request: 'pinEncryption', response: 'pinEncryption', both: 'pinEncryption' },
};

const TDES_USE: Readonly<Record<DukptUse, Readonly<Record<'request' | 'response', TdesUse>>>> = {
  data: { request: 'dataRequest', response: 'dataResponse' },
  mac: { request: 'macRequest', response: 'macResponse' },
  pin: { request: 'pin', response: 'pin' },
};

/** Usage code of an AES working key. */
export function aesUsageOf(use: DukptUse, direction: Direction): AesUsage {
  return AES_USAGE[AES_CODE[use][direction]];
}

/** @throws HsmError `format` the text is not a KSN of the scheme, or its counter is not usable */
export function usableKsn(scheme: Dukpt['scheme'], text: string): Ksn {
  const ksn = Ksn.parse(scheme, text);
  if (ksn === undefined || !ksn.isUsable) throw new HsmError('format', 'the KSN is not a usable one');
  return ksn;
}

/** Initial key of the device that a KSN names. The caller wipes it. */
export function initialKeyOf(bdk: Buffer, ksn: Ksn): Buffer {
  return ksn.scheme === 'AES-DUKPT' ? aesInitialKey(bdk, ksn.initialKeyId) : tdesInitialKey(bdk, ksn);
}

/** Key that every working key of one transaction comes from, from the initial key. The caller wipes it. */
export function transactionKeyFromInitial(initialKey: Buffer, ksn: Ksn): Buffer {
  return ksn.scheme === 'AES-DUKPT'
    ? aesTransactionKey(initialKey, ksn.initialKeyId, ksn.counter)
    : tdesTransactionKey(initialKey, ksn);
}

/** The same from the base key. The caller wipes it. @param ciphers running encryptions of base keys, for an AES key that stays in memory */
export function transactionKeyOf(bdk: Buffer, ksn: Ksn, ciphers?: BaseCiphers): Buffer {
  const isRunning = ciphers !== undefined && ksn.scheme === 'AES-DUKPT';
  const initialKey = isRunning ? aesInitialKey(bdk, ksn.initialKeyId, ciphers.of(bdk)) : initialKeyOf(bdk, ksn);
  try {
    return transactionKeyFromInitial(initialKey, ksn);
  } finally {
    initialKey.fill(0);
  }
}

/**
 * Working key of one transaction (terminal and host agree on it). The caller wipes it.
 * @throws HsmError `unsupported` the scheme has no such key; `usage_denied` stronger than its base key
 */
export function workingKeyOf(
  transactionKey: Buffer,
  ksn: Ksn,
  use: DukptUse,
  choice: WorkingKeyChoice,
  mac?: MacAlg,
): Buffer {
  if (ksn.scheme === 'AES-DUKPT') {
    const type = mac === 'HMAC-SHA256' ? hmacType(choice.keyType) : choice.keyType;
    return aesWorkingKey(transactionKey, ksn, AES_USAGE[AES_CODE[use][choice.variant]], type);
  }
  if (choice.keyType !== 'TDES2' || choice.variant === 'both') {
    throw new HsmError('unsupported', 'TDES DUKPT has double-length keys of one direction only');
  }
  return tdesWorkingKey(transactionKey, TDES_USE[use][choice.variant], choice.tdesDataKey);
}

/** The same from the initial key. @throws HsmError as {@link workingKeyOf} */
export function workingKeyFromInitial(
  initialKey: Buffer,
  ksn: Ksn,
  use: DukptUse,
  choice: WorkingKeyChoice,
  mac?: MacAlg,
): Buffer {
  const transactionKey = transactionKeyFromInitial(initialKey, ksn);
  try {
    return workingKeyOf(transactionKey, ksn, use, choice, mac);
  } finally {
    transactionKey.fill(0);
  }
}

function hmacType(type: KeyType): DerivedType {
  if (type === 'AES128') return 'HMAC128';
  return type === 'AES192' ? 'HMAC192' : 'HMAC256';
}
