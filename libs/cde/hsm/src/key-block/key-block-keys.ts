import { cmac } from '../mac/cmac.js';
import { secretBuffer } from '../cipher/secret-buffer.js';
import type { KeyBlockVersion } from './key-block-header.js';
import { KeyBlockError } from './key-block-error.js';

/** Algorithm indicator of the derivation by version and length of the protection key. @source TR-31:2018 section 5.3.2 */
const INDICATOR: Readonly<Record<KeyBlockVersion, Readonly<Record<number, number>>>> = {
  B: { 16: 0, 24: 1 },
  D: { 16: 2, 24: 3, 32: 4 },
};

/** Keys of one block: one encrypts, one authenticates. The caller wipes both. */
export interface BlockKeys {
  readonly encryption: Buffer;
  readonly mac: Buffer;
}

/**
 * Derive both keys of a block from its protection key.
 * @throws KeyBlockError a protection key of another kind
 */
export function blockKeys(version: KeyBlockVersion, kbpk: Buffer): BlockKeys {
  const indicator = INDICATOR[version][kbpk.length];
  if (indicator === undefined) throw new KeyBlockError();
  return { encryption: derive(version, kbpk, 0x0000, indicator), mac: derive(version, kbpk, 0x0001, indicator) };
}

/** Counter mode over CMAC: counter, usage (2), separator 00, algorithm (2), length in bits (2). @source NIST SP 800-108 */
function derive(version: KeyBlockVersion, kbpk: Buffer, usage: number, indicator: number): Buffer {
  const input = Buffer.alloc(8);
  input.writeUInt16BE(usage, 1);
  input.writeUInt16BE(indicator, 4);
  input.writeUInt16BE(kbpk.length * 8, 6);
  const key = secretBuffer(kbpk.length);
  for (let at = 0; at < key.length;) {
    input[0]! += 1;
    const part = cmac(version === 'B' ? 'TDES' : 'AES', kbpk, input);
    at += part.copy(key, at);
    part.fill(0);
  }
  return key;
}
