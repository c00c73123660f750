import {
  AES_USAGE,
  Ksn,
  aesContext,
  aesInitialKey,
  aesTransactionKey,
  aesTypeOf,
  aesUpdateKey,
  aesWorkingKey,
  derivationData,
  cmac,
  computeMac,
  decipherFormat4,
  decodePinBlock,
  decryptData,
  ecbEncrypt,
  encodePinBlock,
  encryptData,
  panField16,
  retailMac,
  tdesInitialKey,
  tdesTransactionKey,
  tdesWorkingKey,
  type CipherFamily,
  type DerivedType,
  type TdesUse,
} from '@tsunagu/hsm/primitives';
import type { Family, Verdict } from '../family.js';
import type { DukptMessage } from '../target.js';
import { CaseFailure, same, type VectorCase } from '../vector-case.js';
import { DERIVED_TYPES, parseKsn } from './dukpt-numbers.js';

const TDES_USES = [
  'pin',
  'macRequest',
  'macResponse',
  'dataRequest',
  'dataResponse',
] as const satisfies readonly TdesUse[];
const AES_USES = Object.keys(AES_USAGE) as (keyof typeof AES_USAGE)[];
/** Parts that prove something beside the keys; a case has at least the keys. */
const PARTS = ['pin', 'mac', 'hmac', 'data'] as const;

/** TDES DUKPT: every key, and PIN, MAC and data under them. */
export const tdesDukpt: Family = {
  name: 'tdes-dukpt',
  recognises: (one) => isDukpt(one) && one.text('ksn').length <= 20,
  async run(one, target) {
    if (!one.isAccepted) return refusesKey(one, target, 'TDES-DUKPT');
    const ksn = parseKsn('TDES-DUKPT', one.text('ksn'));
    const messages = tdesMessages(one, ksn);
    if (!target.isSoftware) return onHsm(one, target, messages);
    const initialKey = tdesInitialKey(one.bytes('bdk'), ksn);
    same('ik', initialKey, one.bytes('ik'));
    const transactionKey = tdesTransactionKey(initialKey, ksn);
    same('txnKey', transactionKey, one.bytes('txnKey'));
    const workingKeys = one.part('workingKeys');
    for (const use of workingKeys.names()) {
      const known = TDES_USES.find((each) => each === use);
      if (known === undefined) throw new CaseFailure(`workingKeys.${use} is not a use of TDES DUKPT`);
      same(`workingKeys.${use}`, tdesWorkingKey(transactionKey, known), workingKeys.bytes(use));
    }
    const key = (use: TdesUse): Buffer => tdesWorkingKey(transactionKey, use);
    if (one.has('pin')) checkTdesPin(one.part('pin'), key('pin'));
    if (one.has('mac')) checkTdesMacs(one.part('mac'), key);
    if (one.has('data')) checkData(one.part('data'), 'TDES', key('dataRequest'), key('dataResponse'));
    return alsoOnHsm(one, target, messages);
  },
};

/** AES DUKPT: every key with its derivation data, and PIN, MAC, HMAC and data under them. */
export const aesDukpt: Family = {
  name: 'aes-dukpt',
  recognises: (one) => isDukpt(one) && one.text('ksn').length > 20,
  async run(one, target) {
    if (!one.isAccepted) return refusesKey(one, target, 'AES-DUKPT');
    const ksn = parseKsn('AES-DUKPT', one.text('ksn'));
    const messages = aesMessages(one, ksn);
    if (!target.isSoftware) return onHsm(one, target, messages);
    const bdk = one.bytes('bdk');
    if (one.has('bdkType')) same('bdkType', aesTypeOf(bdk), one.text('bdkType'));
    if (one.has('initialKeyId')) same('initialKeyId', ksn.initialKeyId, one.text('initialKeyId').toUpperCase());
    if (one.has('transactionCounter')) same('transactionCounter', ksn.counter, one.count('transactionCounter'));
    const initialKey = aesInitialKey(bdk, ksn.initialKeyId);
    same('ik', initialKey, one.bytes('ik'));
    const transactionKey = aesTransactionKey(initialKey, ksn.initialKeyId, ksn.counter);
    same('txnKey', transactionKey, one.bytes('txnKey'));
    if (one.has('updateKey')) {
      const update = one.part('updateKey');
      same('updateKey.key', aesUpdateKey(initialKey, ksn.initialKeyId, typeOf(update)), update.bytes('key'));
    }
    for (const each of one.list('workingKeys')) checkAesKey(each, ksn, transactionKey);
    checkAesMessages(one, ksn, transactionKey);
    return alsoOnHsm(one, target, messages);
  },
};

/** A refused case may say no more than whose key is asked for. */
function isDukpt(one: VectorCase): boolean {
  return one.has('ksn') && (one.has('txnKey') || (one.has('bdk') && one.has('ok') && !one.has('cipher')));
}

/** One that must be refused: its number is not usable, or it asks for a key that is stronger than its base key. */
async function refusesKey(one: VectorCase, target: Parameters<Family['run']>[1], scheme: Ksn['scheme']) {
  const types = keyTypesOf(one, scheme);
  one.skipAll();
  const asked = { scheme, ksn: one.text('ksn').toUpperCase(), variant: 'request' } as const;
  let verdict: Verdict = 'not supported';
  for (const keyType of types) verdict = await target.refusesDukpt(one.bytes('bdk'), { ...asked, keyType });
  return verdict;
}

function keyTypesOf(one: VectorCase, scheme: Ksn['scheme']): DukptMessage['keyType'][] {
  if (scheme === 'TDES-DUKPT') return ['TDES2'];
  const lists = one.has('workingKeys') ? one.list('workingKeys') : [];
  const parts = [...PARTS.filter((name) => one.has(name)).map((name) => one.part(name)), ...lists];
  for (const part of parts) part.skipAll();
  const named = [one, ...parts].filter((part) => part.has('keyType')).map((part) => wholeType(typeOf(part)));
  return named.length === 0 ? [aesTypeOf(one.bytes('bdk'))] : [...new Set(named)];
}

function checkAesKey(each: VectorCase, ksn: Ksn, transactionKey: Buffer): void {
  const use = each.oneOf('usage', AES_USES);
  const usage = AES_USAGE[use];
  const type = typeOf(each);
  if (each.has('usageCode')) same('usageCode', usage, parseInt(each.text('usageCode'), 16));
  if (each.has('derivationData')) same('derivationData', derivationOf(ksn, usage, type), each.bytes('derivationData'));
  same(`key of ${use} ${type}`, aesWorkingKey(transactionKey, ksn, usage, type), each.bytes('key'));
}

/** The first of its blocks, as the vectors show it. */
function derivationOf(ksn: Ksn, usage: Parameters<typeof derivationData>[0], type: DerivedType): Buffer {
  return derivationData(usage, type, aesContext(ksn.initialKeyId, ksn.counter)).subarray(0, 16);
}

function checkAesMessages(one: VectorCase, ksn: Ksn, transactionKey: Buffer): void {
  const key = (use: keyof typeof AES_USAGE, part: VectorCase): Buffer =>
    aesWorkingKey(transactionKey, ksn, AES_USAGE[use], typeOf(part));
  if (one.has('pin')) {
    const part = one.part('pin');
    checkFormat4(part, key('pinEncryption', part));
  }
  for (const [name, alg] of [
    ['mac', 'AES-CMAC-16'],
    ['hmac', 'HMAC-SHA256'],
  ] as const) {
    if (!one.has(name)) continue;
    const part = one.part(name);
    const message = part.bytes('message');
    same(`${name}.request`, computeMac(alg, key('macGeneration', part), message), part.bytes('request'));
    same(`${name}.response`, computeMac(alg, key('macVerification', part), message), part.bytes('response'));
  }
  if (!one.has('data')) return;
  const part = one.part('data');
  const family = typeOf(part).startsWith('TDES') ? 'TDES' : 'AES';
  checkData(part, family, key('dataEncrypt', part), key('dataDecrypt', part));
}

/** PIN format 4 with its two fields, and the way back to the PIN. */
export function checkFormat4(part: VectorCase, key: Buffer): void {
  const pan = Buffer.from(part.text('pan'), 'latin1');
  const encrypted = part.bytes('encrypted');
  if (part.has('panField')) same('panField', panField16(pan), part.bytes('panField'));
  if (part.has('pinField')) {
    const mixed = ecbEncrypt('AES', key, part.bytes('pinField'));
    const field = panField16(pan);
    for (let i = 0; i < mixed.length; i += 1) mixed[i]! ^= field[i]!;
    same('encrypted', ecbEncrypt('AES', key, mixed), encrypted);
  }
  same('pin', digitsOf(decipherFormat4(key, encrypted, pan)), part.text('pin'));
}

/** A PIN as text, as the vectors write it. */
export function digitsOf(pin: Buffer): string {
  return [...pin].join('');
}

function checkTdesPin(part: VectorCase, key: Buffer): void {
  const pan = Buffer.from(part.text('pan'), 'latin1');
  const pin = part.text('pin');
  const clear = part.bytes('clearBlock');
  same('pin.clearBlock', encodePinBlock(0, Buffer.from([...pin].map(Number)), pan), clear);
  same('pin.pin', digitsOf(decodePinBlock(0, clear, pan)), pin);
  same('pin.encrypted', ecbEncrypt('TDES', key, clear), part.bytes('encrypted'));
}

function checkTdesMacs(part: VectorCase, key: (use: TdesUse) => Buffer): void {
  const message = part.bytes('message');
  for (const [name, use] of [
    ['request', 'macRequest'],
    ['response', 'macResponse'],
  ] as const) {
    if (part.has(`${name}Mac4`))
      same(`mac.${name}Mac4`, retailMac(key(use), message, 1).subarray(0, 4), part.bytes(`${name}Mac4`));
    if (part.has(`${name}Cmac8`)) same(`mac.${name}Cmac8`, cmac('TDES', key(use), message), part.bytes(`${name}Cmac8`));
  }
}

function checkData(part: VectorCase, family: CipherFamily, request: Buffer, response: Buffer): void {
  const iv = part.bytes('iv');
  const plain = part.bytes('plain');
  for (const [name, key] of [
    ['requestCipher', request],
    ['responseCipher', response],
  ] as const) {
    if (!part.has(name)) continue;
    const cipher = part.bytes(name);
    same(`data.${name}`, encryptData(family, key, { mode: 'CBC', iv, data: plain }), cipher);
    same(`data.plain from ${name}`, decryptData(family, key, { mode: 'CBC', iv, data: cipher }), plain);
  }
}

function typeOf(part: VectorCase): DerivedType {
  return part.oneOf('keyType', DERIVED_TYPES);
}

/** What a provider can be asked: it never shows a derived key, only what it does with one. */
function tdesMessages(one: VectorCase, ksn: Ksn): DukptMessage[] {
  const common = { scheme: 'TDES-DUKPT', ksn: ksn.hex, keyType: 'TDES2' } as const;
  return (['request', 'response'] as const).flatMap((variant) => [
    ...optional(one, 'mac', (part): DukptMessage[] =>
      (['Mac4', 'Cmac8'] as const)
        .filter((form) => part.has(`${variant}${form}`))
        .map((form) => ({
          ...common,
          kind: 'mac',
          variant,
          alg: form === 'Mac4' ? 'RETAIL-4' : 'TDES-CMAC-8',
          message: part.bytes('message'),
          mac: part.bytes(`${variant}${form}`),
        })),
    ),
    ...optional(one, 'data', (part) => dataMessages(part, { ...common, variant })),
  ]);
}

function aesMessages(one: VectorCase, ksn: Ksn): DukptMessage[] {
  return (['request', 'response'] as const).flatMap((variant) => {
    const common = { scheme: 'AES-DUKPT', ksn: ksn.hex, variant } as const;
    const mac = (name: 'mac' | 'hmac') =>
      optional(one, name, (part): DukptMessage[] => [
        {
          ...common,
          kind: 'mac',
          keyType: wholeType(typeOf(part)),
          alg: name === 'mac' ? 'AES-CMAC-16' : 'HMAC-SHA256',
          message: part.bytes('message'),
          mac: part.bytes(variant),
        },
      ]);
    const data = optional(one, 'data', (part) => dataMessages(part, { ...common, keyType: wholeType(typeOf(part)) }));
    return [...mac('mac'), ...mac('hmac'), ...data];
  });
}

function dataMessages(
  part: VectorCase,
  common: Pick<DukptMessage, 'scheme' | 'ksn' | 'keyType' | 'variant'>,
): DukptMessage[] {
  const name = `${common.variant}Cipher`;
  if (!part.has(name)) return [];
  return [{ ...common, kind: 'data', iv: part.bytes('iv'), plain: part.bytes('plain'), cipher: part.bytes(name) }];
}

/** The port names the type of an HMAC key by the AES key of its length. */
function wholeType(type: DerivedType): DukptMessage['keyType'] {
  return type.startsWith('HMAC')
    ? (type.replace('HMAC', 'AES') as DukptMessage['keyType'])
    : (type as DukptMessage['keyType']);
}

function optional(one: VectorCase, name: string, read: (part: VectorCase) => DukptMessage[]): DukptMessage[] {
  return one.has(name) ? read(one.part(name)) : [];
}

async function onHsm(one: VectorCase, target: Parameters<Family['run']>[1], messages: readonly DukptMessage[]) {
  // derived keys stay inside: what is compared is what the provider makes of them
  one.skip(...one.names());
  for (const part of PARTS) if (one.has(part)) one.part(part).skipAll();
  return target.dukpt(one.bytes('bdk'), messages);
}

async function alsoOnHsm(one: VectorCase, target: Parameters<Family['run']>[1], messages: readonly DukptMessage[]) {
  await target.dukpt(one.bytes('bdk'), messages);
  return 'passed' as const;
}
