import { timingSafeEqual } from 'node:crypto';
import { ecbEncrypt, xor } from '../cipher/block-cipher.js';
import { retailMac } from '../mac/iso9797.js';
import { HsmError } from '../provider/hsm-error.js';
import type { CryptogramVersion } from './cryptogram-versions.js';
import { iccMasterKey, type IccDerivation } from './icc-master-key.js';
import { sessionKey, type SessionMethod } from './session-key.js';

const ARC_BYTES = 2;
const CSU_BYTES = 4;
const PROPRIETARY_BYTES_MAX = 8;
const METHOD_2_MAC_BYTES = 4;

/**
 * Bytes that a card signs: the tags of its cryptogram version and its part of 9F10.
 * @param tags values by tag
 * @throws HsmError `format` a tag is missing, or 9F10 is too short for the version
 */
export function cryptogramData(version: CryptogramVersion, tags: ReadonlyMap<string, Buffer>): Buffer {
  const value = (tag: string): Buffer => {
    const bytes = tags.get(tag);
    if (bytes === undefined)
      throw new HsmError('format', 'the cryptogram needs a tag that is missing', { detail: tag });
    return bytes;
  };
  return Buffer.concat([...version.tags.map(value), issuerPart(version, value('9F10'))]);
}

function issuerPart({ issuerPart: part }: CryptogramVersion, data: Buffer): Buffer {
  if (part === 'whole') return data;
  if (data.length < part.start + part.bytes) throw new HsmError('format', 'tag 9F10 is too short for this version');
  return data.subarray(part.start, part.start + part.bytes);
}

/** ARQC, TC or AAC: retail MAC of the data, 8 bytes. */
export function cryptogram(key: Buffer, data: Buffer, padding: 1 | 2): Buffer {
  return retailMac(key, data, padding);
}

/** What the issuer answers with: a response code (method 1), or a card status update with data of its own (method 2). */
export type ArpcAnswer =
  | { readonly method: 1; readonly arc: Buffer }
  | { readonly method: 2; readonly csu: Buffer; readonly proprietary?: Buffer };

/**
 * Authorization response cryptogram.
 * @returns method 1: 8 bytes; method 2: 4 bytes
 * @throws HsmError `format` a part has a wrong length
 * @source EMV Book 2, 8.2.1 and 8.2.2
 */
export function responseCryptogram(key: Buffer, arqc: Buffer, answer: ArpcAnswer): Buffer {
  if (arqc.length !== 8) throw wrongLength();
  if (answer.method === 1) {
    if (answer.arc.length !== ARC_BYTES) throw wrongLength();
    return ecbEncrypt('TDES', key, xor(arqc, Buffer.concat([answer.arc, Buffer.alloc(6)])));
  }
  const proprietary = answer.proprietary ?? Buffer.alloc(0);
  if (answer.csu.length !== CSU_BYTES || proprietary.length > PROPRIETARY_BYTES_MAX) throw wrongLength();
  return retailMac(key, Buffer.concat([arqc, answer.csu, proprietary]), 2).subarray(0, METHOD_2_MAC_BYTES);
}

/** Value of tag 91 (issuer authentication data): the cryptogram and what it answers with. */
export function issuerAuthentication(arpc: Buffer, answer: ArpcAnswer): Buffer {
  if (answer.method === 1) return Buffer.concat([arpc, answer.arc]);
  return Buffer.concat([arpc, answer.csu, answer.proprietary ?? Buffer.alloc(0)]);
}

/** A cryptogram to check. @param pan ASCII digits */
export interface CryptogramCheck {
  readonly derivation: IccDerivation;
  readonly session: SessionMethod;
  readonly pan: Buffer;
  readonly psn: string;
  readonly atc: Buffer;
  readonly un?: Buffer;
  /** What the card signed, without padding. */
  readonly data: Buffer;
  readonly padding: 1 | 2;
  readonly arqc: Buffer;
  readonly arpc?: ArpcAnswer;
  /** Key of the answer; by default that of the session, except M/Chip, which answers under the card's master key. */
  readonly arpcKey?: 'session' | 'master';
}

/**
 * Check an ARQC and make the ARPC for it; a wrong cryptogram gets none.
 * @param issuerMasterKey double-length TDES key of usage E0
 * @throws HsmError `format`, CardFormatError: parts of a wrong form
 */
export function checkCryptogram(issuerMasterKey: Buffer, check: CryptogramCheck): { valid: boolean; arpc?: Buffer } {
  const master = iccMasterKey(issuerMasterKey, check.pan, check.psn, check.derivation);
  const session = sessionKey(master, check.session, check);
  try {
    const expected = cryptogram(session, check.data, check.padding);
    const valid = check.arqc.length === expected.length && timingSafeEqual(expected, check.arqc);
    if (!valid || check.arpc === undefined) return { valid };
    const answersWith = check.arpcKey ?? (check.session === 'mastercard' ? 'master' : 'session');
    return { valid, arpc: responseCryptogram(answersWith === 'master' ? master : session, check.arqc, check.arpc) };
  } finally {
    master.fill(0);
    session.fill(0);
  }
}

function wrongLength(): HsmError {
  return new HsmError('format', 'a part of the cryptogram has a wrong length');
}
