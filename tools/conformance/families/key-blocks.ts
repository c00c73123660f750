import {
  KeyBlockError,
  kcvCmac,
  kcvEcb,
  keyCheckValue,
  openKeyBlock,
  sealKeyBlock,
  type KeyBlockHeader,
  type KeyUsage,
} from '@tsunagu/hsm/primitives';
import type { Family, Verdict } from '../family.js';
import { isRefusal } from '../hsm-target.js';
import type { ConformanceTarget, ImportedKeyBlock } from '../target.js';
import { CaseFailure, refuses, same, type VectorCase } from '../vector-case.js';

/** Usages that the provider takes in; blocks of others are read by the library alone. */
const IMPORTED: readonly KeyUsage[] = ['B0', 'K0', 'K1', 'P0', 'M3', 'M6', 'M7', 'D0', 'C0', 'E0'];

/** Keys of partners, which a provider gives out again; those of the house and of issuers never leave it. */
const EXPORTED: readonly KeyUsage[] = ['B0', 'P0', 'M3', 'M6'];
const HELD_BYTES: Readonly<Record<string, readonly number[]>> = { A: [16, 24, 32], T: [16, 24], H: [32] };

/** TR-31 / X9.143 blocks: opened, written again and opened again, and taken in and given out by the provider. */
export const keyBlocks: Family = {
  name: 'key-blocks',
  recognises: (one) => one.has('keyBlock') && one.has('kbpk'),
  async run(one, target) {
    const kbpk = one.bytes('kbpk');
    const keyBlock = one.text('keyBlock');
    if (!one.isAccepted) {
      one.skip('key', 'kcv', 'fields');
      await refuses(() => openKeyBlock(kbpk, keyBlock), [KeyBlockError]);
      return refusesImport(target, kbpk, keyBlock);
    }
    const { header, key } = openKeyBlock(kbpk, keyBlock);
    same('key', key, one.bytes('key'));
    checkFields(one.part('fields'), header, keyBlock);
    if (one.has('kcv') && !one.isNull('kcv')) checkKcv(one.text('kcv').toUpperCase(), header.algorithm, key);
    const again = openKeyBlock(kbpk, sealKeyBlock(kbpk, header, key));
    same('key of the block that we wrote', again.key, key);
    same('header of the block that we wrote', headerText(again.header), headerText(header));
    return onProvider(target, { kbpk, keyBlock, header, key });
  },
};

function checkFields(fields: VectorCase, header: KeyBlockHeader, keyBlock: string): void {
  same('version', header.version, fields.text('version'));
  same('length', keyBlock.length, fields.count('length'));
  same('usage', header.usage, fields.text('usage'));
  same('algorithm', header.algorithm, fields.text('algorithm'));
  same('modeOfUse', header.modeOfUse, fields.text('modeOfUse'));
  same('keyVersion', header.keyVersion, fields.text('keyVersion'));
  same('exportability', header.exportability, fields.text('exportability'));
  if (!fields.has('optionalBlocks')) return same('optionalBlocks', header.optionalBlocks.length, 0);
  const expected = fields.list('optionalBlocks');
  same('number of optional blocks', header.optionalBlocks.length, expected.length);
  for (const [index, block] of header.optionalBlocks.entries()) {
    same(`optional block ${index}`, block.id, expected[index]!.text('id'));
    if (block.id === 'PB') expected[index]!.skip('data');
    else same(`data of ${block.id}`, block.data, expected[index]!.text('data'));
  }
}

function checkKcv(expected: string, algorithm: string, key: Buffer): void {
  if (expected.length < 6) throw new CaseFailure('kcv is too short');
  same('kcv', ownKcv(algorithm, key).slice(0, expected.length), expected);
}

/** Padding blocks are the writer's own affair. */
function headerText(header: KeyBlockHeader): string {
  return JSON.stringify({ ...header, optionalBlocks: header.optionalBlocks.filter(({ id }) => id !== 'PB') });
}

async function onProvider(
  target: ConformanceTarget,
  { kbpk, keyBlock, header, key }: { kbpk: Buffer; keyBlock: string; header: KeyBlockHeader; key: Buffer },
): Promise<Verdict> {
  const usage = isHeld(header, key) ? IMPORTED.find((each) => each === header.usage) : undefined;
  const info = usage === undefined ? undefined : await target.importKeyBlock({ kbpk, keyBlock, usage });
  if (info === undefined) return target.isSoftware ? 'passed' : 'not supported';
  same('check value in the provider', info.kcv.slice(0, 6), ownKcv(header.algorithm, key).slice(0, 6));
  same('usage in the provider', info.usage, usage);
  checkExport(info.exported, { kbpk, header, key });
  return 'passed';
}

/** Lengths that a provider holds; the library reads more, as single DES and long HMAC keys. */
function isHeld({ algorithm }: KeyBlockHeader, { length }: Buffer): boolean {
  return HELD_BYTES[algorithm]?.includes(length) === true;
}

function ownKcv(algorithm: string, key: Buffer): string {
  if (algorithm === 'H') return keyCheckValue('HMAC256', key);
  return algorithm === 'A' ? kcvCmac('AES', key) : kcvEcb('TDES', key);
}

/** The block that the provider writes holds the same key for the same use; what may not go out is refused. */
function checkExport(
  exported: ImportedKeyBlock['exported'],
  { kbpk, header, key }: { kbpk: Buffer; header: KeyBlockHeader; key: Buffer },
): void {
  if (exported === undefined) return;
  const isExportable = header.exportability !== 'N' && EXPORTED.some((each) => each === header.usage);
  same('export by the provider', exported !== null, isExportable);
  if (exported === null) return;
  const again = openKeyBlock(kbpk, exported, { usage: header.usage });
  same('key of the block of the provider', again.key, key);
  same('version of the block of the provider', again.header.version, header.version);
  same('algorithm of the block of the provider', again.header.algorithm, header.algorithm);
}

async function refusesImport(target: ConformanceTarget, kbpk: Buffer, keyBlock: string): Promise<Verdict> {
  const usage = IMPORTED.find((each) => each === keyBlock.slice(5, 7)) ?? 'B0';
  try {
    const info = await target.importKeyBlock({ kbpk, keyBlock, usage });
    if (info === undefined) return target.isSoftware ? 'passed' : 'not supported';
  } catch (error) {
    if (isRefusal(error)) return 'passed';
    throw error;
  }
  throw new CaseFailure('the provider took the block in');
}
