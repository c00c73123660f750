import {
  HsmError,
  decipherFormat4,
  decodePinBlock,
  ecbDecrypt,
  ecbEncrypt,
  encipherFormat4,
  encodePinBlock,
  type Dukpt,
  type PinFormat,
} from '@tsunagu/hsm/primitives';
import type { Family } from '../family.js';
import { aesType, isRefusal, tdesType } from '../hsm-target.js';
import type { ClearPinSide } from '../target.js';
import { CaseFailure, refuses, same, type VectorCase } from '../vector-case.js';
import { checkFormat4, digitsOf } from './dukpt-keys.js';

/** Formats whose filling is random: they are compared by reading them back. */
const RANDOM: readonly PinFormat[] = [1, 3];
const NO_PAN = '0000000000000';

/** Clear blocks of formats 0, 1 and 3, enciphered ones of format 4. */
export const pinBlocks: Family = {
  name: 'pin-blocks',
  recognises: (one) => one.has('format') && (one.has('clearBlock') || one.has('encrypted')),
  async run(one) {
    const format = formatOf(one);
    return format === 4 ? runFormat4(one) : runClear(one, format);
  },
};

async function runClear(one: VectorCase, format: 0 | 1 | 3) {
  const pan = Buffer.from(one.has('pan') ? one.text('pan') : NO_PAN, 'latin1');
  const isAccepted = one.isAccepted;
  const isWhole = format === 1 || one.has('pan');
  if (!isWhole) throw new CaseFailure('pan is missing');
  if (!isAccepted) {
    one.skip('pin');
    const refused = one.bytesIfHex('clearBlock');
    if (refused !== undefined) await refuses(() => decodePinBlock(format, refused, pan), [HsmError]);
    return 'passed' as const;
  }
  const block = one.bytes('clearBlock');
  const pin = decodePinBlock(format, block, pan);
  same('pin', digitsOf(pin), one.text('pin'));
  const made = encodePinBlock(format, pin, pan);
  if (RANDOM.includes(format)) same('block read back', digitsOf(decodePinBlock(format, made, pan)), digitsOf(pin));
  else same('clearBlock', made, block);
  return 'passed' as const;
}

async function runFormat4(one: VectorCase) {
  const key = one.bytes('key');
  const pan = Buffer.from(one.text('pan'), 'latin1');
  if (!one.isAccepted) {
    one.skip('pin', 'pinField', 'panField');
    const refused = one.bytesIfHex('encrypted');
    if (refused !== undefined) await refuses(() => decipherFormat4(key, refused, pan), [HsmError]);
    return 'passed' as const;
  }
  checkFormat4(one, key);
  const pin = decipherFormat4(key, one.bytes('encrypted'), pan);
  same('block read back', digitsOf(decipherFormat4(key, encipherFormat4(key, pin, pan), pan)), digitsOf(pin));
  return 'passed' as const;
}

/** Translation from a reader's or a zone's key to a zone's key, inside the provider. */
export const pinTranslation: Family = {
  name: 'pin-translation',
  recognises: (one) => one.has('in') && one.has('out'),
  async run(one, target) {
    const pan = Buffer.from(one.text('pan'), 'latin1');
    const [from, to] = [one.part('in'), one.part('out')];
    const source = { ...sideOf(from), block: from.bytes('block') };
    const out = sideOf(to);
    if (!one.isAccepted) {
      for (const part of [to, one]) part.skip('block', 'example', 'pin');
      return refusesTranslation(() => target.translatePin(source, out, pan));
    }
    const block = await target.translatePin(source, out, pan);
    one.skip('pin');
    to.skip('block', 'example');
    if (block === undefined) return 'not supported';
    if (to.has('block')) same('out.block', block, to.bytes('block'));
    if (!('key' in out)) return 'passed';
    const pin = one.text('pin');
    same('pin of the new block', readPin(out, block, pan), pin);
    if (to.has('example')) same('pin of the example', readPin(out, to.bytes('example'), pan), pin);
    return 'passed';
  },
};

/** A provider that does not do translations at all must not pass for one that refused this one. */
async function refusesTranslation(translate: () => Promise<Buffer | undefined>) {
  try {
    if ((await translate()) === undefined) return 'not supported' as const;
  } catch (error) {
    // a format pair that nobody may translate is refused as unsupported, a block that cannot be read as format
    if (isRefusal(error) || (error instanceof HsmError && error.reason === 'unsupported')) return 'passed' as const;
    throw error;
  }
  throw new CaseFailure('was accepted and must be refused');
}

function readPin(side: Extract<ClearPinSide, { key: Buffer }>, block: Buffer, pan: Buffer): string {
  if (side.format === 4) return digitsOf(decipherFormat4(side.key, block, pan));
  const clear = ecbDecrypt('TDES', side.key, block);
  same('block enciphered again', ecbEncrypt('TDES', side.key, clear), block);
  return digitsOf(decodePinBlock(side.format, clear, pan));
}

function sideOf(part: VectorCase): ClearPinSide {
  const scheme = part.oneOf('scheme', ['TDES-DUKPT', 'AES-DUKPT', 'ZPK-TDES', 'ZPK-AES']);
  const format = formatOf(part);
  if (scheme === 'ZPK-TDES' || scheme === 'ZPK-AES') {
    const key = part.bytes('key');
    return { format, key, keyType: scheme === 'ZPK-AES' ? aesType(key) : tdesType(key) };
  }
  return { format, ...dukptOf(part, scheme) };
}

function dukptOf(part: VectorCase, scheme: Dukpt['scheme']) {
  const keyType = part.has('keyType')
    ? part.oneOf('keyType', ['AES128', 'AES192', 'AES256', 'TDES2', 'TDES3'])
    : scheme === 'AES-DUKPT'
      ? 'AES128'
      : 'TDES2';
  return { scheme, bdk: part.bytes('bdk'), ksn: part.text('ksn').toUpperCase(), keyType } as const;
}

function formatOf(part: VectorCase): PinFormat {
  const format = part.count('format');
  if (format !== 0 && format !== 1 && format !== 3 && format !== 4) throw new CaseFailure('format is not 0, 1, 3 or 4');
  return format;
}
