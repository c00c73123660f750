import { KEY_BYTES } from '../cipher/block-cipher.js';
import type { Ksn } from '../dukpt/ksn.js';
import { KeyBlockError } from '../key-block/key-block-error.js';
import type { KeyBlockHeader } from '../key-block/key-block-header.js';
import { openKeyBlock, sealKeyBlock } from '../key-block/key-block.js';
import type { KeyBlockImport, KeyType, KeyUsage } from '../provider/hsm-provider.js';

/** Mode of use that this house writes for each usage. @source ANSI X9.143-2022 table 3 */
const MODE: Readonly<Record<KeyUsage, string>> = {
  B0: 'X',
  B1: 'X',
  K0: 'B',
  K1: 'B',
  P0: 'B',
  M3: 'C',
  M6: 'C',
  M7: 'C',
  D0: 'B',
  C0: 'C',
  E0: 'X',
};

const ALGORITHM: Readonly<Record<KeyType, 'A' | 'T' | 'H'>> = {
  AES128: 'A',
  AES192: 'A',
  AES256: 'A',
  TDES2: 'T',
  TDES3: 'T',
  HMAC256: 'H',
};

/** A key out of its block. */
interface OpenedBlock {
  /** Wiped by the caller. */
  readonly key: Buffer;
  readonly type: KeyType;
  /** Its owner lets it go no further. */
  readonly exportability?: 'N';
}

/**
 * Open a block for its place in the store: usage, mode and check value are compared before the key is believed.
 * @throws KeyBlockError one answer for every fault
 */
export function openBlock(kbpk: Buffer, { keyBlock, expect }: KeyBlockImport): OpenedBlock {
  const { header, key } = openKeyBlock(kbpk, keyBlock, { usage: expect.usage, kcv: expect.kcv });
  const type = typeOf(header.algorithm, key.length);
  if (type !== undefined && (expect.type === undefined || expect.type === type))
    return { key, type, ...(header.exportability === 'N' ? { exportability: 'N' } : {}) };
  key.fill(0);
  throw new KeyBlockError();
}

/** Wrap a key of ours for a partner, who may pass it on under another trusted key. @throws KeyBlockError the wrapping key is the weaker one */
export function sealBlock(
  kbpk: Buffer,
  version: 'B' | 'D',
  what: { usage: KeyUsage; type: KeyType },
  key: Buffer,
): string {
  return sealKeyBlock(kbpk, { ...headerOf(version, what), exportability: 'E' }, key);
}

/** Initial key of a device, with its id (IK) or serial number (KS), for a loader. */
export function sealInitialKey(
  kbpk: Buffer,
  version: 'B' | 'D',
  ksn: Ksn,
  what: { type: KeyType },
  key: Buffer,
): string {
  const id = ksn.scheme === 'AES-DUKPT' ? 'IK' : 'KS';
  const header = headerOf(version, { ...what, usage: 'B1' });
  return sealKeyBlock(kbpk, { ...header, exportability: 'E', optionalBlocks: [{ id, data: ksn.initialKeyId }] }, key);
}

function headerOf(version: 'B' | 'D', { usage, type }: { usage: KeyUsage; type: KeyType }): KeyBlockHeader {
  const algorithm = ALGORITHM[type];
  return {
    version,
    usage,
    algorithm,
    modeOfUse: MODE[usage],
    keyVersion: '00',
    exportability: 'E',
    optionalBlocks: [],
  };
}

function typeOf(algorithm: string, bytes: number): KeyType | undefined {
  return (Object.keys(ALGORITHM) as KeyType[]).find(
    (type) => ALGORITHM[type] === algorithm && KEY_BYTES[type] === bytes,
  );
}
