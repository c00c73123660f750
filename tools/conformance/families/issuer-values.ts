import {
  CRYPTOGRAM_VERSIONS,
  cardValue,
  cryptogram,
  cryptogramData,
  iccMasterKey,
  isCardValue,
  issuerAuthentication,
  responseCryptogram,
  sessionKey,
  type CardValueType,
  type CryptogramVersion,
  type SessionMethod,
} from '@tsunagu/hsm/primitives';
import type { Family } from '../family.js';
import type { ConformanceTarget } from '../target.js';
import { CaseFailure, hexOf, same, type VectorCase } from '../vector-case.js';

const TYPES: readonly CardValueType[] = ['CVV', 'CVV2', 'iCVV', 'dCVV', 'CVC3'];
const SESSIONS: Readonly<Record<string, SessionMethod>> = {
  none: 'none',
  'emv-common': 'emv-common',
  'mastercard-skd': 'mastercard',
};

/** CVV family. */
export const cardVerification: Family = {
  name: 'card-verification',
  recognises: (one) => one.has('type') && one.has('value') && (one.has('cvk') || one.has('imk')),
  async run(one, target) {
    const type = one.oneOf('type', TYPES);
    const isDynamic = type === 'dCVV' || type === 'CVC3';
    const key = one.bytes(isDynamic ? 'imk' : 'cvk');
    const input = { type, ...cardValueInput(one) };
    const { atc, un } = countersOf(one);
    const value = Buffer.from(one.text('value'), 'latin1');
    const isRight = one.isAccepted;
    same('check', isCardValue(key, { ...input, atc, un }, value), isRight);
    if (isRight) same('value', tail(cardValue(key, { ...input, atc, un }), value.length), tail(value, value.length));
    const counters = { atc: atc && hexOf(atc), un: un && hexOf(un) };
    const answer = await target.verifyCardValue(key, isDynamic ? 'E0' : 'C0', { ...input, ...counters, value });
    if (answer !== undefined) same('check in the provider', answer, isRight);
    return answer === undefined && !target.isSoftware ? 'not supported' : 'passed';
  },
};

function cardValueInput(one: VectorCase) {
  return {
    pan: Buffer.from(one.text('pan'), 'latin1'),
    expiry: maybe(one, 'expiryField'),
    serviceCode: maybe(one, 'serviceCode'),
    psn: maybe(one, 'psn'),
    track: one.has('track2Template') ? one.bytes('track2Template') : undefined,
  };
}

function countersOf(one: VectorCase): { atc: Buffer | undefined; un: Buffer | undefined } {
  const [atc, un] = ['atc', 'un'].map((name) => (one.has(name) ? one.bytes(name) : undefined));
  return { atc, un };
}

function maybe(one: VectorCase, name: string): string | undefined {
  return one.has(name) ? one.text(name) : undefined;
}

/** A CVC3 is compared in the last digits that the case gives. */
function tail(digits: Buffer, length: number): string {
  return digits.subarray(-length).toString('latin1');
}

/** Application cryptograms and the answers to them. */
export const emvCryptograms: Family = {
  name: 'emv-cryptograms',
  recognises: (one) => one.has('imkAc') && one.has('arqc'),
  async run(one, target) {
    const version = versionOf(one);
    const tags = tagsOf(one.part('tags'));
    const data = cryptogramData(version, tags);
    if (one.has('arqcData')) same('arqcData', data, one.bytes('arqcData'));
    const card = cardOf(one);
    const key = one.bytes('imkAc');
    const master = iccMasterKey(key, card.pan, card.psn, card.derivation);
    if (one.has('iccMkAc')) same('iccMkAc', master, one.bytes('iccMkAc'));
    const [atc, un] = [tags.get('9F36')!, tags.get('9F37')!];
    const session = sessionKey(master, version.session, { atc, un });
    if (one.has('skAc')) same('skAc', session, one.bytes('skAc'));
    const arqc = one.bytes('arqc');
    const isRight = one.isAccepted;
    same('ARQC', cryptogram(session, data, version.padding).equals(arqc), isRight);
    const answer = one.has('arpc') && isRight ? checkAnswer(one.part('arpc'), { arqc, master, session }) : undefined;
    const check = {
      ...card,
      session: version.session,
      atc: hexOf(atc),
      un: hexOf(un),
      data,
      padding: version.padding,
      arqc,
    };
    return onProvider(target, key, { ...check, isRight, answer });
  },
};

interface Answer {
  readonly arpc: Buffer;
  readonly parts: ReturnType<typeof answerOf>;
}

async function onProvider(
  target: ConformanceTarget,
  key: Buffer,
  {
    isRight,
    answer,
    ...check
  }: Omit<Parameters<ConformanceTarget['verifyArqc']>[1], 'arpc'> & {
    isRight: boolean;
    answer: Answer | undefined;
  },
) {
  const result = await target.verifyArqc(key, { ...check, ...(answer === undefined ? {} : { arpc: answer.parts }) });
  if (result === undefined) return target.isSoftware ? ('passed' as const) : ('not supported' as const);
  same('ARQC in the provider', result.valid, isRight);
  if (answer !== undefined) same('ARPC of the provider', result.arpc, answer.arpc);
  return 'passed' as const;
}

function checkAnswer(part: VectorCase, keys: { arqc: Buffer; master: Buffer; session: Buffer }): Answer {
  const key = part.oneOf('key', ['skAc', 'iccMkAc']) === 'skAc' ? keys.session : keys.master;
  const parts = answerOf(part);
  const arpc = responseCryptogram(key, keys.arqc, parts);
  same('arpc.value', arpc, part.bytes('value'));
  if (part.has('tag91')) same('arpc.tag91', issuerAuthentication(arpc, parts), part.bytes('tag91'));
  return { arpc, parts };
}

function answerOf(part: VectorCase) {
  const method = part.count('method');
  if (method === 1) return { method, arc: part.bytes('arc') } as const;
  if (method !== 2) throw new CaseFailure('arpc.method is not 1 or 2');
  return {
    method,
    csu: part.bytes('csu'),
    ...(part.has('proprietary') ? { proprietary: part.bytes('proprietary') } : {}),
  } as const;
}

function cardOf(one: VectorCase) {
  return {
    pan: Buffer.from(one.text('pan'), 'latin1'),
    psn: one.text('psn'),
    derivation: one.oneOf('derivation', ['A', 'B']),
  };
}

/** The row of the table must say what the case says. */
function versionOf(one: VectorCase): CryptogramVersion {
  const name = one.text('cvn');
  const version = Object.entries(CRYPTOGRAM_VERSIONS).find(([known]) => known === name)?.[1];
  if (version === undefined) throw new CaseFailure('cvn is not a known cryptogram version');
  if (one.has('sessionKeyMethod')) same('sessionKeyMethod', version.session, SESSIONS[one.text('sessionKeyMethod')]);
  if (one.has('padding')) same('padding', version.padding, one.count('padding'));
  return version;
}

function tagsOf(part: VectorCase): Map<string, Buffer> {
  return new Map(part.names().map((tag) => [tag, part.bytes(tag)]));
}
